/// The generated registry: one entry per file in envs/, agents/ and approx/, sorted, NULL at the end.
#ifndef RILL_CORE_REGISTRY_H
#define RILL_CORE_REGISTRY_H

#include <rill/agent.h>
#include <rill/distribution.h>
#include <rill/env.h>
#include <rill/estimator.h>
#include <rill/features.h>
#include <rill/optimiser.h>
#include <rill/policy.h>
#include <rill/wrapper.h>
#include <stddef.h>
#include <string.h>

extern const rill_env_type *const rill_env_types[];
extern const rill_wrapper_type *const rill_wrapper_types[];
extern const rill_agent_type *const rill_agent_types[];
extern const rill_features_type *const rill_features_types[];
extern const rill_policy_type *const rill_policy_types[];
extern const rill_distribution_type *const rill_distribution_types[];
extern const rill_optimiser_type *const rill_optimiser_types[];
extern const rill_estimator_type *const rill_estimator_types[];

enum { RILL_MAX_NAMES = 255 }; ///< ids that a message about an unknown one compares

/// Fills `error` for an id that no `what` ("environment") has; `names` (NULL at the end) are the
/// known ones, `list` ("envs") is what `rill list` calls them.
void rill_registry_unknown(rill_error *error, const char *what, const char *list, const char *id,
                           const char *const *names);

/// Defines the two public functions over a family's array: its list, and look-up by id.
#define RILL_DEFINE_REGISTRY(family, what, list)                                             \
    const rill_##family##_type *const *rill_##family##_type_list(void)                       \
    {                                                                                        \
        return rill_##family##_types;                                                        \
    }                                                                                        \
    const rill_##family##_type *rill_##family##_type_find(const char *id, rill_error *error) \
    {                                                                                        \
        const char *names[RILL_MAX_NAMES + 1] = {NULL};                                      \
        for (size_t i = 0; rill_##family##_types[i] != NULL; i++) {                          \
            if (strcmp(rill_##family##_types[i]->id, id) == 0) {                             \
                return rill_##family##_types[i];                                             \
            }                                                                                \
            if (i < RILL_MAX_NAMES) {                                                        \
                names[i] = rill_##family##_types[i]->id;                                     \
            }                                                                                \
        }                                                                                    \
        rill_registry_unknown(error, what, list, id, names);                                 \
        return NULL;                                                                         \
    }

#endif
