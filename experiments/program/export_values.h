/// `rill export --values`: what agents have learned, over their observations.
#ifndef RILL_PROGRAM_EXPORT_VALUES_H
#define RILL_PROGRAM_EXPORT_VALUES_H

#include <rill/store.h>
#include <stdio.h>

/// What is to be written of the estimates.
typedef struct values_request {
    const char *agent; ///< label; NULL: all agents
    const char *grid;  ///< "N" or "NxM...": points across each dimension that is not fixed
    const char *at;    ///< "*,-0.5,...": where each dimension is fixed; NULL: nowhere
    bool is_json;      ///< else CSV
} values_request;

/// Writes a line for each agent and observation: mean over the runs of V(s) or max_a Q(s,a), with its
/// standard error, and the greedy action. Nothing is written before all is known to be in order.
/// RILL_INVALID names the option that is wrong; RILL_NO_MEMORY.
rill_status export_values(const rill_store *store, const rill_run *runs, size_t n_runs,
                          const values_request *request, FILE *stream, rill_error *error);

#endif
