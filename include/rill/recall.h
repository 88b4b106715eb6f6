/// The estimates that runs have kept, asked at any observation. (lab library)
#ifndef RILL_RECALL_H
#define RILL_RECALL_H

#include <rill/agent.h>
#include <rill/recorder.h>
#include <rill/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether the estimates of an agent can be had back from what its runs keep. RILL_INVALID for hashed
/// features, whose table of tiles is part of what was learned and is not kept, and for agents that
/// make their estimates from more than one table.
RILL_API rill_status rill_recall_check(const rill_agent *agent, rill_error *error);

/// Gives an agent, of the same wiring as the run's, what the run kept. For observations that are a box:
/// what is kept of discrete ones are the estimates themselves. RILL_INVALID as above, or where nothing
/// was kept.
RILL_API rill_status rill_recall(rill_agent *agent, const rill_run *run, rill_error *error);

/// The estimates of each of `n` observations, (n, dim) or, where they are discrete, all states'
/// (`observations` NULL): to `values`, (n, `rill_agent_n_values`). Uses and changes what `agent` has
/// learned. Errors as `rill_recall`.
RILL_API rill_status rill_recall_values(rill_agent *agent, const rill_run *run,
                                        const float *observations, int64_t n, double *values,
                                        rill_error *error);

#ifdef __cplusplus
}
#endif
#endif
