/// Agents kept in a file: a safetensors file, which Python reads too. (lab library)
///
/// Its arrays are `value` (features, outputs), the weights of the estimates; `theta` (features, parameters), those of
/// a policy that is learned; `memory`, all that the agent had learned, as its bytes; and, where wrappers are around
/// the environment, `environment`, the bytes of its state. Its metadata tells how the agent was made.
#ifndef RILL_SAVED_AGENT_H
#define RILL_SAVED_AGENT_H

#include <rill/experiment.h>
#include <rill/recorder.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An agent that was read back, with what it learned in.
typedef struct rill_saved_agent {
    rill_experiment *experiment; ///< of its variant alone
    rill_env *
        env; ///< a clone of the experiment's, seeded with 0; statistics of wrappers as learned, and frozen
    rill_agent *agent; ///< bound to `env`
    int64_t run;       ///< number of the run that it was learned in, and how that ended
    int64_t steps, episodes;
    uint64_t hash;
} rill_saved_agent;

/// Writes an agent as it is at the end of a run of a variant of which `config` is the experiment
/// (`rill_variant.config`), (size) bytes of `malloc`. `env` is the one that it learned in. RILL_NO_MEMORY.
RILL_API rill_status rill_saved_agent_write(const rill_agent *agent, const rill_env *env,
                                            const char *config, const rill_run *run, void **bytes,
                                            size_t *size, rill_error *error);
/// Reads such bytes; what is read needs them no longer. Clear it also after an error. An agent's `memory` fits
/// machines of the same byte order and programs of the same version alone. RILL_INVALID (not an agent's file;
/// damaged; of another byte order; of another version), RILL_NO_MEMORY. The memory itself is taken as it is: read
/// files of people whom you trust.
RILL_API rill_status rill_saved_agent_read(rill_saved_agent *saved, const void *bytes, size_t size,
                                           rill_error *error);
/// The same from a file. RILL_IO as well.
RILL_API rill_status rill_saved_agent_load(rill_saved_agent *saved, const char *path,
                                           rill_error *error);
/// Frees what a saved agent owns, not the struct itself.
RILL_API void rill_saved_agent_clear(rill_saved_agent *saved);

#ifdef __cplusplus
}
#endif
#endif
