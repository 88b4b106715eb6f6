/// Parts of environments that core/env.c and core/wrapper.c share.
#ifndef RILL_CORE_ENV_H
#define RILL_CORE_ENV_H

#include <rill/wrapper.h>

/// `size` rounded up to where anything may lie.
static inline size_t rill_aligned(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

/// An environment around a prepared block of parameters, which stays the caller's on failure.
/// RILL_NO_MEMORY.
rill_status rill_env_assemble(rill_env **env, const rill_env_type *type, void *params,
                              int64_t max_episode_steps, rill_error *error);

/// A copy of the wrapped environment to which `wrapper` belongs, its state excepted.
rill_status rill_wrapper_clone(rill_env **clone, const rill_wrapper *wrapper, rill_error *error);

#endif
