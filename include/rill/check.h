/// Checks of an environment: does it keep what its users and the library rely on? (lab library)
///
/// `rill check-env ID` prints them. The checks are one table in experiments/check_env.c.
#ifndef RILL_CHECK_H
#define RILL_CHECK_H

#include <rill/env.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rill_check_result {
    RILL_CHECK_OK,
    RILL_CHECK_FAILED,
    RILL_CHECK_NOT_OFFERED, ///< the environment lacks the optional part that is checked
} rill_check_result;

/// The outcome of one check.
typedef struct rill_check_finding {
    const char *check;   ///< its name: "determinism"
    const char *meaning; ///< what holds where it passes, one line
    rill_check_result result;
    /// Failed: what was seen, at which seed, step, state and action, and what to do. Not offered:
    /// what there is not. Otherwise "".
    char message[768];
} rill_check_finding;

typedef struct rill_check_options {
    uint64_t seed;   ///< of the environment and of the actions, which are random
    int32_t steps;   ///< of random play in a check, at least 1
    int32_t samples; ///< steps that the model is held against, at least 1; about so many more where
                     ///< every pair of state and action takes its few
    /// Probability that a correct model fails, all its checks taken together.
    double false_alarm_rate;
} rill_check_options;

/// Seed 0, 2000 steps, 500000 samples, false alarms 1e-6.
RILL_API rill_check_options rill_check_defaults(void);

/// Called for each check, in their order. The finding is valid during the call.
typedef void rill_check_report(void *context, const rill_check_finding *finding);

/// Runs every check on environments of the type, parameters and time limit of `env`, which is left
/// as it is and was never stepped. After a failure of "description" or "memory" the others are not
/// run. `options` may be NULL: the defaults; `report` may be NULL.
/// RILL_FAILED with their number where a check fails; RILL_INVALID (options), RILL_NO_MEMORY.
RILL_API rill_status rill_env_check(const rill_env *env, const rill_check_options *options,
                                    rill_check_report *report, void *context, rill_error *error);

#ifdef __cplusplus
}
#endif
#endif
