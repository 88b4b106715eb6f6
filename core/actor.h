/// What building and asking an agent does where it is an actor.
#ifndef RILL_CORE_ACTOR_H
#define RILL_CORE_ACTOR_H

#include <rill/agent.h>

/// Takes the distribution and the features of the policy out of the config.
rill_status actor_wire(rill_agent *agent, rill_agent_config *config, rill_error *error);
void actor_release(rill_agent *agent);
rill_status actor_check_initial(const rill_agent *agent, rill_error *error);

/// Lays out the actor in the memory, after the slots of the agent; and one slot beside the memory.
void actor_lay_out(rill_agent *agent, rill_arena *arena);
void actor_lay_out_scratch(rill_agent *agent, rill_arena *arena);

/// eta of the observation in the slot beside the memory.
const double *actor_scratch_parameters(const rill_agent *agent);
/// The action to take there without exploring.
rill_action actor_centre(const rill_agent *agent);
/// The probability there of each discrete action.
void actor_probabilities(const rill_agent *agent, double *probabilities);

#endif
