/// What the files that read "expect" share: one function a kind of expectation. Each fills `expect` from an
/// entry whose keys have been checked; places of mistakes are relative to it.
#ifndef RILL_EXPERIMENTS_EXPECT_H
#define RILL_EXPERIMENTS_EXPECT_H

#include "experiments/experiment.h"

rill_status expect_read_exact(const rill_experiment *experiment, const cJSON *json,
                              rill_expect *expect, rill_error *error);
rill_status expect_read_estimates(const rill_experiment *experiment, const cJSON *json,
                                  rill_expect *expect, rill_error *error);
rill_status expect_read_metric(const rill_experiment *experiment, const cJSON *json,
                               rill_expect *expect, rill_error *error);

/// The variant that "agent" names.
rill_status expect_read_agent(const rill_experiment *experiment, const cJSON *json,
                              rill_expect *expect, rill_error *error);
/// A copy of a text that must be there.
rill_status expect_copy_text(const cJSON *json, const char *key, char **copy, rill_error *error);

#endif
