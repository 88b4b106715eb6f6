/// The metrics that a run can record.
#include "experiments/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static double episode_return(const rill_metric_view *view)
{
    return view->episode_return;
}

static double episode_length(const rill_metric_view *view)
{
    return (double)view->episode_length;
}

static double td_error(const rill_metric_view *view)
{
    return view->agent->memory->td_error;
}

static double average_reward(const rill_metric_view *view)
{
    return view->agent->memory->average_reward;
}

static double total_steps(const rill_metric_view *view)
{
    return (double)view->steps;
}

static double episodes(const rill_metric_view *view)
{
    return (double)view->episodes;
}

static double steps_per_second(const rill_metric_view *view)
{
    const double seconds = view->seconds - view->tally->sum;
    return seconds > 0.0 ? (double)(view->steps - view->tally->steps) / seconds : (double)NAN;
}

static double updates(const rill_metric_view *view)
{
    return (double)view->agent->memory->update;
}

static double tally_sum(const rill_metric_view *view)
{
    return view->tally->sum;
}

static double tally_mean(const rill_metric_view *view)
{
    return view->tally->sum / (double)view->tally->steps;
}

static double step_reward(const rill_step_view *step)
{
    return step->reward;
}

/// 1 for an optimal action: its exact value is within 1e-9 of the best.
static double step_is_optimal(const rill_step_view *step)
{
    return step->chosen >= step->best - 1e-9 ? 1.0 : 0.0;
}

/// v*(S) - q*(S,A)
static double step_regret(const rill_step_view *step)
{
    return step->best - step->chosen;
}

static const rill_metric metric_average_reward = {
    .id = "average_reward",
    .summary = "estimate of the average reward per step",
    .needs_average_reward = true,
    .measure = average_reward,
};
static const rill_metric metric_episodes = {
    .id = "episodes",
    .summary = "episodes finished so far",
    .measure = episodes,
};
static const rill_metric metric_evaluation_length = {
    .id = "evaluation_length",
    .summary = "mean steps of greedy episodes; recorded by \"evaluation\"",
    .is_of_evaluation = true,
};
static const rill_metric metric_evaluation_return = {
    .id = "evaluation_return",
    .better = RILL_BETTER_HIGHER,
    .summary = "mean return of greedy episodes; recorded by \"evaluation\"",
    .is_of_evaluation = true,
};
static const rill_metric metric_length = {
    .id = "length",
    .summary = "steps of an episode",
    .is_per_episode = true,
    .measure = episode_length,
};
static const rill_metric metric_optimal_action = {
    .id = "optimal_action",
    .better = RILL_BETTER_HIGHER,
    .summary = "fraction of steps taken since the last point whose action was optimal; of states: "
               "optimal_actions",
    .needs_optimum = true,
    .of_step = step_is_optimal,
    .measure = tally_mean,
};
static const rill_metric metric_regret = {
    .id = "regret",
    .better = RILL_BETTER_LOWER,
    .summary = "sum of v*(S) - q*(S,A) over the steps since the last point",
    .needs_optimum = true,
    .may_be_missing = true,
    .of_step = step_regret,
    .measure = tally_sum,
};
static const rill_metric metric_return = {
    .id = "return",
    .better = RILL_BETTER_HIGHER,
    .summary = "undiscounted sum of an episode's rewards",
    .is_per_episode = true,
    .measure = episode_return,
};
static const rill_metric metric_reward = {
    .id = "reward",
    .better = RILL_BETTER_HIGHER,
    .summary = "mean reward of the steps since the last point",
    .of_step = step_reward,
    .measure = tally_mean,
};
static const rill_metric metric_steps_per_second = {
    .id = "steps_per_second",
    .better = RILL_BETTER_HIGHER,
    .summary =
        "steps taken since the last point by the time they took; not part of the result hash",
    .may_be_missing = true,
    .is_timed = true,
    .measure = steps_per_second,
};
static const rill_metric metric_td_error = {
    .id = "td_error",
    .summary = "temporal-difference error of the last update",
    .needs_values = true,
    .measure = td_error,
};
static const rill_metric metric_total_reward = {
    .id = "total_reward",
    .better = RILL_BETTER_HIGHER,
    .summary = "sum of all rewards so far",
    .is_total = true,
    .of_step = step_reward,
    .measure = tally_sum,
};
static const rill_metric metric_total_steps = {
    .id = "total_steps",
    .summary = "steps taken so far",
    .measure = total_steps,
};
static const rill_metric metric_updates = {
    .id = "updates",
    .summary = "estimates updated so far",
    .measure = updates,
};

enum { MAX_NAMES = 255 }; // to suggest from

static const rill_metric *const metrics[] = {
    &metric_average_reward,
    &metric_episodes,
    &metric_evaluation_length,
    &metric_evaluation_return,
    &metric_length,
    &metric_optimal_action,
    &metric_optimal_actions,
    &metric_policy_value,
    &metric_policy_value_current,
    &metric_projected_bellman_error,
    &metric_q_rms_error,
    &metric_q_rms_error_current,
    &metric_q_rms_error_current_stationary,
    &metric_q_rms_error_stationary,
    &metric_regret,
    &metric_return,
    &metric_reward,
    &metric_rms_error,
    &metric_rms_error_current,
    &metric_rms_error_current_stationary,
    &metric_rms_error_stationary,
    &metric_start_squared_error,
    &metric_start_value,
    &metric_steps_per_second,
    &metric_td_error,
    &metric_total_reward,
    &metric_total_steps,
    &metric_updates,
    &metric_value,
    &metric_weight,
    &metric_weight_norm,
    NULL,
};

const rill_metric *const *rill_metric_list(void)
{
    return metrics;
}

static const rill_metric *find(const char *id)
{
    for (size_t i = 0; metrics[i] != NULL; i++) {
        if (strcmp(metrics[i]->id, id) == 0 ||
            (metrics[i]->form != NULL && strcmp(metrics[i]->form, id) == 0)) {
            return metrics[i];
        }
    }
    return NULL;
}

/// Names to suggest from.
typedef struct name_list {
    const char *names[MAX_NAMES + 1];
    size_t n;
} name_list;

static void add_name(void *context, const char *name, const char *summary)
{
    (void)summary;
    name_list *list = context;
    if (list->n < MAX_NAMES) {
        list->names[list->n++] = name;
    }
}

static void refuse_unknown(const char *id, rill_error *error)
{
    name_list list = {.n = 0};
    for (size_t i = 0; metrics[i] != NULL; i++) {
        add_name(&list, metrics[i]->id, "");
    }
    rill_agent_metric_visit(add_name, &list);
    const char *nearest = rill_nearest_name(id, list.names);
    rill_error_set(error, RILL_INVALID, "",
                   nearest == NULL ? "unknown metric \"%.60s\"; `rill list metrics` shows them"
                                   : "unknown metric \"%.60s\"; did you mean \"%s\"?",
                   id, nearest);
}

const rill_metric *rill_metric_find(const char *id, rill_error *error)
{
    const rill_metric *metric = find(id);
    if (metric == NULL) {
        refuse_unknown(id, error);
    }
    return metric;
}

bool rill_metric_is_timed(const char *name)
{
    const rill_metric *metric = find(name);
    return metric != NULL && metric->is_timed;
}

void rill_metric_write(const rill_metric *metric, int64_t index, char text[48])
{
    if (metric->is_of_agent) {
        snprintf(text, 48, "%s", agent_metric_name(index));
    } else if (metric->form == NULL) {
        snprintf(text, 48, "%s", metric->id);
    } else {
        snprintf(text, 48, "%.24s[%" PRId64 "]", metric->id, index);
    }
}

/// The number in "[3]", without signs, blanks and zeros in front, so that it is written in one way.
static bool read_index(const char *text, int64_t *index)
{
    enum { MAX_DIGITS = 10 };
    const char *digit = text + 1;
    int64_t value = 0;
    if (digit[0] == '0' && digit[1] != ']') {
        return false;
    }
    for (; *digit >= '0' && *digit <= '9' && digit - text <= MAX_DIGITS; digit++) {
        value = 10 * value + (*digit - '0');
    }
    *index = value;
    return digit > text + 1 && digit[0] == ']' && digit[1] == '\0';
}

const rill_metric *rill_metric_read(const char *text, int64_t *index, rill_error *error)
{
    const char *bracket = strchr(text, '[');
    char id[48];
    const size_t length = bracket == NULL ? strlen(text) : (size_t)(bracket - text);
    *index = 0;
    snprintf(id, sizeof id, "%.*s", (int)(length < sizeof id ? length : sizeof id), text);
    const rill_metric *metric = find(bracket == NULL ? text : id);
    if (metric == NULL && agent_metric_find(id) >= 0) {
        *index = agent_metric_find(id);
        metric = &metric_of_agent;
    }
    if (metric == NULL) {
        refuse_unknown(bracket == NULL ? text : id, error);
        return NULL;
    }
    if (metric->form == NULL && bracket != NULL) {
        rill_error_set(error, RILL_INVALID, "", "%s takes no index: write \"%s\"", id, id);
        return NULL;
    }
    if (metric->form != NULL && (bracket == NULL || !read_index(bracket, index))) {
        rill_error_set(error, RILL_INVALID, "",
                       "\"%.40s\": write \"%s\" with a whole number, as in \"%s[0]\"", text,
                       metric->form, metric->id);
        return NULL;
    }
    return metric;
}
