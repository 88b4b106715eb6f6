/// Experiments: a JSON file with one environment, one or more agents, and how to run them.
/// (lab library)
#ifndef RILL_EXPERIMENT_H
#define RILL_EXPERIMENT_H

#include <rill/agent.h>
#include <rill/env.h>
#include <rill/recorder.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An environment of an experiment, and what is known about it. Variants share one where they say the same.
typedef struct rill_world {
    rill_env *env;       ///< as configured; runs work on clones of it
    char *text;          ///< "environment" as JSON: equal texts, one world
    rill_model *model;   ///< of `env`; NULL until something needs it
    rill_truth **truths; ///< (n_truths) each once, for all variants that need it
    size_t n_truths;
} rill_world;

/// One agent of an experiment or, in a sweep, one setting of it.
typedef struct rill_variant {
    char *label;          ///< unique: "Sarsa", in a sweep "Sarsa, alpha=0.1"
    char *agent_label;    ///< of its agent in the file: "Sarsa"
    int32_t agent_number; ///< position of its agent in the file
    char *settings;       ///< what the sweep set: a JSON object, path to value; "{}" without one
    /// All that determines what its runs record, as JSON text: a whole experiment file of this variant alone,
    /// with every default written out. Equal texts, equal results.
    char *config;
    rill_world *world;           ///< the experiment's
    rill_agent *agent;           ///< as configured; runs work on clones of it
    const rill_truth *truth;     ///< of its policy; NULL when no metric needs it; its world's
    const rill_truth *optimum;   ///< of the optimal one; likewise
    rill_projection *projection; ///< NULL when no metric needs it
} rill_variant;

/// One metric to record.
typedef struct rill_record {
    const rill_metric *metric;
    rill_unit unit;
    int64_t every;
    int64_t index; ///< of a metric with one
} rill_record;

/// Greedy evaluation at intervals, on an environment and stream of its own; recorded as the series
/// "evaluation_return" and "evaluation_length" (means over its episodes).
typedef struct rill_evaluation {
    int64_t every;     ///< episodes or steps of learning between evaluations; 0: none
    rill_unit unit;    ///< which of the two
    int64_t episodes;  ///< greedy episodes each time
    int64_t max_steps; ///< at which a greedy episode is cut
} rill_evaluation;

/// What is held against published numbers.
typedef enum rill_expect_kind {
    RILL_EXPECT_METRIC,    ///< a metric over a window and over all runs
    RILL_EXPECT_EXACT,     ///< exact values of the environment
    RILL_EXPECT_ESTIMATES, ///< the estimates of an agent at the end, mean over all runs
} rill_expect_kind;

/// Published numbers to hold ours against.
typedef struct rill_expect {
    rill_expect_kind kind;
    char *check;      ///< what is compared, in words
    char *source;     ///< where it is published
    double tolerance; ///< greatest absolute difference that passes
    int32_t variant;  ///< the agent; -1 for exact values
    // metric
    char *metric;
    bool is_median;      ///< over the runs, in place of the mean
    int64_t first, last; ///< window, in the unit of the metric's series
    double published;
    // exact
    double *policy;  ///< (n_states, n_actions); NULL: the optimal one, unless it is the uniform one
    bool is_uniform; ///< over the available actions
    double discount;
    double epsilon; ///< of the epsilon-soft version of the policy, or of the best such policy
    // exact and estimates
    int32_t n_states, n_actions;
    float *observations; ///< (n_states, dim) in place of states, where they are a box; NULL: states
    double *values;      ///< (n_states); NaN: not compared; NULL: none
    double *q_values;    ///< (n_states, n_actions); likewise
} rill_expect;

/// Of which runs the agent is kept at the end.
typedef enum rill_keep_agents {
    RILL_KEEP_SMALL, ///< of run 0 of each variant, where it takes no more than 1 MiB
    RILL_KEEP_NONE,
    RILL_KEEP_FIRST, ///< of run 0 of each variant
    RILL_KEEP_ALL,
} rill_keep_agents;

typedef struct rill_experiment {
    char *name, *source, *note; ///< never NULL; "" when not given
    rill_world **worlds;        ///< (n_worlds), at least 1
    int32_t n_worlds;
    rill_env *env; ///< of the first of them
    /// (n_variants) by agent, then by setting: the last axis of a sweep runs fastest.
    rill_variant *variants;
    int32_t n_variants;
    int32_t n_agents;     ///< of the file
    rill_record *records; ///< (n_records)
    size_t n_records;
    rill_evaluation evaluation;
    bool can_end; ///< false: in some world no episode ever ends, by itself or by a time limit
    int64_t stop_episodes, stop_steps; ///< whichever comes first; 0: not set
    int64_t runs;
    uint64_t seed;
    rill_keep_agents keep_agents;
    int64_t summary_last; ///< points at the end of a series that the summary averages; 0: a fifth
    rill_expect *expects; ///< (n_expects)
    size_t n_expects;
    /// The experiment as JSON text: with every default written out or, with a sweep, as read.
    char *resolved;
} rill_experiment;

/// Reads an experiment. `overrides` are texts "path=value" ("agents[0].params.alpha=0.1") that
/// replace what the file says, ending with NULL; NULL for none.
/// RILL_INVALID with the place of the mistake, RILL_IO, RILL_NO_MEMORY.
RILL_API rill_status rill_experiment_load(rill_experiment **experiment, const char *path,
                                          const char *const *overrides, rill_error *error);
/// As `rill_experiment_load`, from JSON text.
RILL_API rill_status rill_experiment_parse(rill_experiment **experiment, const char *text,
                                           const char *const *overrides, rill_error *error);
/// NULL is fine.
RILL_API void rill_experiment_destroy(rill_experiment *experiment);

/// How far the runs of a variant are, since the experiment was started or resumed.
typedef struct rill_variant_progress {
    int64_t steps;    ///< taken
    int64_t finished; ///< runs handed on
    int64_t running;  ///< runs under way
    /// Of one of these, as it was within the last moments: how much of it is done, 0 to 1, and the last value
    /// of the first metric that it records. NaN: nothing is known.
    double fraction, value;
} rill_variant_progress;

/// How far an experiment is: the sums over its variants.
typedef struct rill_progress {
    int64_t steps, finished, running;
    const rill_variant_progress *variants; ///< (n_variants)
} rill_progress;

/// A run under way, to go on from: bytes that only the same program on the same kind of machine takes.
typedef struct rill_checkpoint {
    int32_t variant; ///< position in the experiment
    int64_t run;     ///< number of the run
    void *bytes;     ///< (size); of `malloc`
    size_t size;
} rill_checkpoint;

/// How an experiment is run.
typedef struct rill_run_options {
    int32_t threads; ///< at least 1
    /// (n_variants, runs) row-major, 0 for runs that are to be made; NULL: all are.
    const uint8_t *is_done;
    /// Called from the calling thread with all runs that have finished since the last call, (n) in the
    /// order in which they did. What runs own is the callee's from then on, also after an error
    /// (`rill_run_clear`), the array is not; an error stops the experiment. Required.
    rill_status (*on_runs)(void *context, rill_run *runs, size_t n, rill_error *error);
    /// Called from the calling thread about ten times a second, and at the end; NULL: not wanted.
    void (*on_progress)(void *context, const rill_progress *progress);
    /// Asked from the calling thread, about ten times a second: true stops. NULL: never.
    bool (*should_stop)(void *context);
    /// Runs that take longer leave a checkpoint after every so many seconds of work, and one when they are
    /// stopped; 0: none do. What a run records is the same with and without.
    double checkpoint_seconds;
    /// (n_checkpoints) to go on from. One that does not fit the run or the program is not used.
    const rill_checkpoint *checkpoints;
    size_t n_checkpoints;
    /// Called from the calling thread with every checkpoint, whose bytes stay the caller's; it takes the place
    /// of an earlier one of the same run, and has none once the run is handed on. An error stops the
    /// experiment. Required where `checkpoint_seconds` is not 0.
    rill_status (*on_checkpoint)(void *context, const rill_checkpoint *checkpoint,
                                 rill_error *error);
    /// Called from the calling thread with a line about something that went otherwise than hoped for, say a
    /// checkpoint that does not fit; NULL: not wanted.
    void (*on_warning)(void *context, const char *message);
    void *context; ///< handed to the functions above
    /// (n_variants) clones of the variants' agents, for looking: before each call of `on_progress` they take
    /// over what a run of their variant that is under way has learned by then. An agent that is NULL is left
    /// out; NULL: all are. What a run records is the same with and without, and at any pace.
    rill_agent *const *onlookers;
    double pace; ///< most steps a second of each run, for looking; 0: as many as there can be
} rill_run_options;

/// Runs all that is not done. What a run records depends on the experiment, its variant and its
/// number alone. RILL_INTERRUPTED when stopped; unfinished runs leave nothing.
RILL_API rill_status rill_experiment_run(const rill_experiment *experiment,
                                         const rill_run_options *options, rill_error *error);

/// About how many seconds a run of a variant takes: run 0 is tried for at most `limit` seconds and, where it
/// is not over by then, the rest is reckoned from the share of the episodes or steps that it has done (of
/// which later ones may be shorter). `is_measured` tells that it was over. Nothing is kept.
RILL_API rill_status rill_experiment_estimate(const rill_experiment *experiment, int32_t variant,
                                              double limit, double *seconds, bool *is_measured,
                                              rill_error *error);

/// One run, in the calling thread. Clear `run` with `rill_run_clear`, also after an error.
RILL_API rill_status rill_experiment_run_one(const rill_experiment *experiment, int32_t variant,
                                             int64_t number, rill_run *run, rill_error *error);

#ifdef __cplusplus
}
#endif
#endif
