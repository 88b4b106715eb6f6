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

/// The exact answer that estimates are held against: the values of one policy, or the optimal ones.
/// Constant once it is prepared: shared by runs and, where they ask for the same, by variants.
typedef struct rill_truth {
    rill_model *model;
    double gamma;
    double *policy; ///< (n_states, n_actions) probabilities; NULL: the optimal policy
    rill_solution *solution;
    uint8_t *is_decision; ///< (n_states) states that count: reachable and not terminal
    double *on_policy;    ///< (n_states) `rill_truth_weigh`; NULL until then
} rill_truth;

/// The truth for an agent in an environment: the values of its policy when it predicts, the optimal
/// values when it controls; its "gamma" is the discount. RILL_INVALID (no exact model, no "gamma",
/// features that are not one_hot), RILL_FAILED (no finite values), RILL_NO_MEMORY.
RILL_API rill_status rill_truth_create(rill_truth **truth, const rill_env *env,
                                       const rill_agent *agent, rill_error *error);
/// Computes `on_policy`, as `rill_solve_on_policy`.
RILL_API rill_status rill_truth_weigh(rill_truth *truth, rill_error *error);
RILL_API void rill_truth_destroy(rill_truth *truth);

/// What the linear predictions of an agent are projected by: its features, its policy, and the
/// distribution of its updates over the states of the exact model. Constant, shared by runs.
typedef struct rill_projection rill_projection;

/// The projection for an agent that predicts: states weigh what the agent's type says, else what the
/// on-policy distribution of the policy that it acts by is. Errors: as `rill_truth_create`; RILL_INVALID
/// too where features are not the same in every run, or too many.
RILL_API rill_status rill_projection_create(rill_projection **projection, const rill_env *env,
                                            const rill_agent *agent, rill_error *error);
/// NULL is fine.
RILL_API void rill_projection_destroy(rill_projection *projection);
/// sqrt of the mean square projected Bellman error of an agent's present weights
/// (S&B eq. 11.22). RILL_NO_MEMORY.
RILL_API rill_status rill_projection_error(const rill_projection *projection,
                                           const rill_agent *agent, double *root_mean_square);

/// One step, as a metric gathers it. The two exact values are of the state before the step.
typedef struct rill_step_view {
    double reward;
    double best;   ///< the greatest value of an action
    double chosen; ///< the value of the action taken; NaN when the model does not have it
} rill_step_view;

/// What a metric has gathered from steps: all since the last point, or since the run began. Of a metric
/// that `is_timed`: the seconds and steps of the run at the last point.
typedef struct rill_tally {
    double sum;
    int64_t steps;
} rill_tally;

/// What a metric may look at.
typedef struct rill_metric_view {
    const rill_agent *agent;
    const rill_truth *truth;           ///< NULL unless the metric needs it
    const rill_projection *projection; ///< NULL unless the metric needs it
    const rill_tally *tally;           ///< NULL unless the metric gathers steps or is timed
    int64_t index;                     ///< of a metric with one: 3 for "weight[3]"
    double episode_return;             ///< undiscounted sum of rewards of the episode just finished
    int64_t episode_length;            ///< its steps
    int64_t steps, episodes;           ///< taken and finished so far
    double seconds;         ///< of the run so far, by the clock; 0 unless the metric is timed
    double *scratch;        ///< (number of estimates a state)
    bool *is_out_of_memory; ///< set by a metric that finds none; NULL: not told
} rill_metric_view;

/// Which values of a metric are better.
typedef enum rill_better {
    RILL_BETTER_NEITHER, ///< it depends: steps of an episode, a weight
    RILL_BETTER_HIGHER,
    RILL_BETTER_LOWER,
} rill_better;

/// A number measured during a run.
typedef struct rill_metric {
    const char *id;
    const char *summary;
    rill_better better;
    bool is_of_evaluation;    ///< recorded by "evaluation" alone; has no `measure`
    bool is_per_episode;      ///< describes a finished episode: cannot be recorded every k steps
    bool needs_truth;         ///< needs an environment with an exact model, and one-hot features
    bool needs_weights;       ///< needs the truth with its on-policy distribution
    bool needs_projection;    ///< needs the agent's projection: for agents that predict
    bool needs_control;       ///< is about a policy that improves: not for agents that predict
    bool needs_action_values; ///< is for agents that estimate these
    bool needs_optimum; ///< needs the optimal action values of each step: from a model, or from a
                        ///< type with `action_values`
    bool needs_values;  ///< is about the agent's estimates
    bool needs_average_reward; ///< is for agents that estimate it
    bool may_be_missing;       ///< NaN is no sign of divergence: there is no such number just now
    bool is_total;             ///< the tally goes on from point to point
    /// Is about the time by the clock, which is not the same twice: not part of the result hash.
    bool is_timed;
    /// Stands for numbers that agents have under names of their own; its `id` is no name.
    bool is_of_agent;
    /// What a metric with an index is of, as it is written, "weight[i]" or "value[s]"; NULL: no index.
    const char *form;
    /// With a form: how many indices there are for an agent; 0: the metric is none for it.
    int64_t (*count)(const rill_agent *agent);
    /// Optional: what of a step is added to the tally.
    double (*of_step)(const rill_step_view *step);
    double (*measure)(const rill_metric_view *view);
} rill_metric;

/// By id or, where it has one, by form: "weight" or "weight[i]".
RILL_API const rill_metric *rill_metric_find(const char *id, rill_error *error);
/// A metric as an experiment writes it: an id, with an index where there is to be one ("weight[3]"),
/// which goes to `index`; or the name of a number that agents have (`rill_agent_metric_visit`), for which
/// `index` stands then. Else the index is 0. NULL: RILL_INVALID says what is wrong.
RILL_API const rill_metric *rill_metric_read(const char *text, int64_t *index, rill_error *error);
/// Back into text, at most 47 characters for indices up to 2^31.
RILL_API void rill_metric_write(const rill_metric *metric, int64_t index, char text[48]);
/// All metrics, sorted by id, ending with NULL; without those that agents have under their own names.
RILL_API const rill_metric *const *rill_metric_list(void);

/// Whether a series of this name is about the time by the clock, and so not part of the result hash.
RILL_API bool rill_metric_is_timed(const char *name);

/// Calls `visit` once for each number that some agent has under a name of its own: what its type measures
/// (`rill_agent_measure`), and the rates in force, by the names of their parameters: of the type, of the
/// policy that it acts by, of its distribution ("alpha", "epsilon", "temperature"). A rate counted in steps
/// is that of the next update or action.
RILL_API void rill_agent_metric_visit(void (*visit)(void *context, const char *name,
                                                    const char *summary),
                                      void *context);

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

/// Trailing means, to `smoothed` (count): number i is the mean of values i - n + 1 to i, of the first n - 1 of
/// those that there are. Values that are not finite are left out; where none is left, NaN. n >= 1.
RILL_API void rill_smooth(const double *values, size_t count, int64_t n, double *smoothed);

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
    /// Taken and finished. A run that diverged ends with the first step whose TD error is not finite (a
    /// weight that overflows shows in the next error that it enters) or, where only weights at the end
    /// are not, with the last step.
    int64_t steps, episodes;
    double wall_seconds; ///< not part of the hash, nor is `finished`
    double finished;     ///< seconds since 1970, of a run from a store; else 0
    rill_series *series; ///< (n_series)
    size_t n_series;
    double *values; ///< (n_values) the agent's estimates at the end; NULL when too many to keep
    size_t n_values;
    void *agent; ///< (agent_size) the agent at the end, as `rill_saved_agent_write`; NULL: not kept
    size_t agent_size;
} rill_run;

/// The result hash: 64-bit FNV-1a over status, steps, episodes and every series that is not timed, with
/// numbers as little-endian bytes.
RILL_API uint64_t rill_run_hash(const rill_run *run);

/// Frees what a run owns, not the struct itself.
RILL_API void rill_run_clear(rill_run *run);

#ifdef __cplusplus
}
#endif
#endif
