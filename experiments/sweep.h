/// Sweeps: the settings that an experiment tries, as axes that are multiplied with each other.
#ifndef RILL_EXPERIMENTS_SWEEP_H
#define RILL_EXPERIMENTS_SWEEP_H

#include "experiments/json.h"

/// What a path of an axis is about.
enum { SWEEP_ENVIRONMENT = -2, SWEEP_ALL_AGENTS = -1 };

/// "agents[0].params.alpha": of agent 0, ".params.alpha".
typedef struct sweep_path {
    char *text;       ///< as written
    int32_t agent;    ///< position in the file, or one of the two above
    const char *rest; ///< of `text`: what comes behind the brackets, or behind nothing
    char name[48];    ///< what it is called in labels: "alpha"
    int digits;       ///< that tell its numbers apart, in labels
} sweep_path;

/// Paths that take their values together, point by point.
typedef struct sweep_axis {
    const char *key;   ///< under which the values stand: "values", "from", "zip" or "random"
    sweep_path *paths; ///< (n_paths)
    int32_t n_paths, n_points;
    cJSON **values; ///< (n_paths) arrays of n_points values
    cJSON **points; ///< (n_paths, n_points) the elements of `values`
} sweep_axis;

typedef struct sweep {
    sweep_axis *axes; ///< (n_axes)
    int32_t n_axes;
} sweep;

/// Reads "sweep" of an experiment whose agents have `labels` (n_agents). Random axes draw from a stream
/// of `seed`. RILL_INVALID with the place, RILL_NO_MEMORY. Free with `sweep_clear`, also after an error.
rill_status sweep_read(sweep *s, const cJSON *root, const char *const *labels, int32_t n_agents,
                       uint64_t seed, rill_error *error);
void sweep_clear(sweep *s);

/// One axis; `number` is its position.
rill_status sweep_axis_read(sweep_axis *axis, const cJSON *json, int32_t number, uint64_t seed,
                            rill_error *error);
/// Room for the values of n_paths paths at n_points points; RILL_NO_MEMORY.
rill_status sweep_axis_create(sweep_axis *axis, int32_t n_paths, rill_error *error);

/// What `rest` of a path is called: its last `n_members` members, without "params" and without "id" at the
/// end; "agent" for the id of an agent.
void sweep_name(const char *rest, int n_members, char name[48]);

/// Number of settings of an agent: the product over the axes that are about it or the environment.
int64_t sweep_count(const sweep *s, int32_t agent);

/// Makes setting `point` (from 0; the last axis runs fastest) of an agent in a tree {"environment": ...,
/// "agents": [the agent]}, and tells it: `settings` is a new object of paths and values, `label` a new
/// text ", alpha=0.1", "" where no axis is about the agent.
rill_status sweep_apply(const sweep *s, int32_t agent, int64_t point, cJSON *tree, cJSON **settings,
                        char **label, rill_error *error);

/// Refuses overrides ("agents[0].params.alpha=0.1", NULL at the end, may be NULL) of what the sweep sets: they
/// would change nothing.
rill_status sweep_check_overrides(const sweep *s, int32_t n_agents, const char *const *overrides,
                                  rill_error *error);

/// Says where a mistake in setting `point` comes from: an error whose path lies at or under a path of an
/// axis, or is a wrong name in such a path, is moved to the value that the axis gives or to the path; all
/// tell the label of the variant. Paths begin with "environment" or "agents[<agent>]".
rill_status sweep_blame(const sweep *s, int32_t agent, int64_t point, const char *label,
                        rill_error *error, rill_status status);

#endif
