/// What building an agent (core/agent_create.c) asks of its wiring (core/agent_wiring.c), and back.
#ifndef RILL_CORE_AGENT_WIRING_H
#define RILL_CORE_AGENT_WIRING_H

#include <rill/agent.h>

/// Builds the wiring out of the config, and takes out of it what the agent then owns; checks that it fits
/// together, and tells whether estimates are to count their visits. What is built so far is in `agent`,
/// what is left in `config`; on failure the caller frees both.
rill_status agent_wire(rill_agent *agent, rill_agent_config *config, bool *counts_visits,
                       rill_error *error);

/// Places an error of a part: "policy", or "policy.params.epsilon" when it is about a parameter.
rill_status agent_part_error(rill_error *error, rill_status status, const char *part);

/// Slots for `count` states, with `n_outputs` numbers of room each.
rill_slots agent_take_slots(rill_arena *arena, int64_t count, int32_t n_active, size_t n_outputs);

#endif
