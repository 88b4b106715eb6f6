/// What to do about a mistake in an experiment, where the reader alone cannot tell.
#ifndef RILL_EXPERIMENTS_EXPLAIN_H
#define RILL_EXPERIMENTS_EXPLAIN_H

#include <cjson/cJSON.h>
#include <rill/status.h>

/// Adds to an error about an unknown key where it belongs, or what it is called; to one about a missing
/// value, or one of a wrong kind, how it is written. Leaves others as they are.
void explain_error(const cJSON *root, rill_error *error);

#endif
