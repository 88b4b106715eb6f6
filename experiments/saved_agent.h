/// What the runner wants to know of a saved agent before it is written.
#ifndef RILL_EXPERIMENTS_SAVED_AGENT_H
#define RILL_EXPERIMENTS_SAVED_AGENT_H

#include <rill/saved_agent.h>

/// The bytes of its arrays, which are nearly all of the file. `env` as for `rill_saved_agent_write`.
size_t saved_agent_size(const rill_agent *agent, const rill_env *env);

#endif
