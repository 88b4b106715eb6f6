/// Parts of reading an experiment that live in files of their own.
#ifndef RILL_EXPERIMENTS_EXPERIMENT_H
#define RILL_EXPERIMENTS_EXPERIMENT_H

#include "experiments/json.h"

#include <rill/experiment.h>

/// Reads "expect" into an experiment whose environment and agents are there.
rill_status expect_read(rill_experiment *experiment, const cJSON *root, rill_error *error);
void expect_clear(rill_expect *expect);

/// Sets `resolved` and `identity`.
rill_status resolve_experiment(rill_experiment *experiment, rill_error *error);

#endif
