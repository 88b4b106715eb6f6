/// `rill export --values`: what agents have learned, over their observations.
#ifndef RILL_PROGRAM_EXPORT_VALUES_H
#define RILL_PROGRAM_EXPORT_VALUES_H

#include "experiments/program/values.h"

#include <stdbool.h>
#include <stdio.h>

/// Writes a line for each agent and observation, of CSV or of JSON: mean over the runs of V(s) or
/// max_a Q(s,a), with its standard error, and the greedy action. Nothing is written before all is known to be
/// in order. Errors as `values_read`.
rill_status export_values(rill_store *store, const values_request *request, bool is_json,
                          FILE *stream, rill_error *error);

#endif
