/// What a step of an environment answers, beside the observation.
#ifndef RILL_OUTCOME_H
#define RILL_OUTCOME_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Reward and the two ways an episode ends. Both flags may be set at once: an episode can reach
/// its natural end on the very step that its time limit cuts.
typedef struct rill_outcome {
    double reward;
    bool terminated; ///< a terminal state of the MDP: nothing follows, no bootstrapping
    bool truncated;  ///< cut from outside (a time limit): the value of the last state still counts
} rill_outcome;

/// True when the episode is over, for whichever reason.
static inline bool rill_outcome_is_last(const rill_outcome *outcome)
{
    return outcome->terminated || outcome->truncated;
}

#ifdef __cplusplus
}
#endif
#endif
