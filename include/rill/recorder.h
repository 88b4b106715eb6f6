/// What a run leaves behind: metrics, recorded as series, and their hash. (lab library)
#ifndef RILL_RECORDER_H
#define RILL_RECORDER_H

#include <rill/agent.h>
#include <rill/env.h>
#include <rill/solve.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The exact answer that an agent's estimates are held against: the values of its policy when it
/// predicts, the optimal values when it controls. Shared by all runs of a variant.
typedef struct rill_truth {
    rill_solution *solution;
    uint8_t *is_decision; ///< (n_states) states that count: reachable and not terminal
} rill_truth;

/// What a metric may look at.
typedef struct rill_metric_view {
    const rill_agent *agent;
    const rill_truth *truth; ///< NULL unless the metric needs it
    double episode_return;   ///< undiscounted sum of rewards of the episode just finished
    int64_t episode_length;  ///< its steps
    double *scratch;         ///< (number of estimates a state)
} rill_metric_view;

/// A number measured during a run.
typedef struct rill_metric {
    const char *id;
    const char *summary;
    bool is_per_episode; ///< describes a finished episode: cannot be recorded every k steps
    bool needs_truth;    ///< needs an environment with an exact model, and one-hot features
    bool needs_control;  ///< is about the optimal policy: not for agents that predict
    double (*measure)(const rill_metric_view *view);
} rill_metric;

RILL_API const rill_metric *rill_metric_find(const char *id, rill_error *error);
/// All metrics, sorted by id, ending with NULL.
RILL_API const rill_metric *const *rill_metric_list(void);

/// The truth for an agent in an environment; its "gamma" is the discount. RILL_INVALID (no exact
/// model), RILL_FAILED (no finite values), RILL_NO_MEMORY.
RILL_API rill_status rill_truth_create(rill_truth **truth, const rill_env *env,
                                       const rill_agent *agent, rill_error *error);
RILL_API void rill_truth_destroy(rill_truth *truth);

typedef enum rill_unit { RILL_EPISODES, RILL_STEPS } rill_unit;

/// "episodes" or "steps".
RILL_API const char *rill_unit_name(rill_unit unit);

/// One recorded metric. Point i (from 0) was measured after (i + 1) * every episodes or steps.
typedef struct rill_series {
    char metric[48];
    rill_unit unit;
    int64_t every;
    double *values; ///< (count)
    size_t count, capacity;
} rill_series;

/// Appends a value; false without memory.
RILL_API bool rill_series_append(rill_series *series, double value);

/// Mean over the points between two positions, both inclusive, in the series' unit; NaN when there
/// are none.
RILL_API double rill_series_mean(const rill_series *series, int64_t first, int64_t last);

typedef enum rill_run_status {
    RILL_RUN_DONE,
    RILL_RUN_DIVERGED, ///< an estimate or a recorded value stopped being finite
} rill_run_status;

/// "done" or "diverged".
RILL_API const char *rill_run_status_name(rill_run_status status);

/// One finished run.
typedef struct rill_run {
    int32_t variant; ///< position of its agent in the experiment
    int64_t run;     ///< number of the run, from 0
    rill_run_status status;
    uint64_t hash; ///< of all that was recorded: equal bits, equal hash
    int64_t steps, episodes;
    double wall_seconds; ///< not part of the hash
    rill_series *series; ///< (n_series)
    size_t n_series;
    double *values; ///< (n_values) the agent's estimates at the end; NULL when too many to keep
    size_t n_values;
} rill_run;

/// The result hash: 64-bit FNV-1a over status, steps, episodes and every series, with numbers as
/// little-endian bytes.
RILL_API uint64_t rill_run_hash(const rill_run *run);

/// Frees what a run owns, not the struct itself.
RILL_API void rill_run_clear(rill_run *run);

#ifdef __cplusplus
}
#endif
#endif
