// What a policy does with the states of an MDP: its reward process, the states that it reaches, its
// values there, and the time that it spends in each.
#include "experiments/solve_process.h"

#include "experiments/solve_linear.h"

#include <math.h>
#include <rill/solve.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rill_status check_policy(const rill_model *model, const double *policy,
                                const uint8_t *is_live, rill_error *error)
{
    char path[32];
    for (int32_t s = 0; s < model->n_states; s++) {
        const double *row = policy + (ptrdiff_t)s * model->n_actions;
        bool is_terminal = true;
        double sum = 0.0;
        int32_t wrong = -1;
        for (int32_t a = 0; a < model->n_actions; a++) {
            bool is_available = rill_model_is_available(model, s, a);
            is_terminal = is_terminal && !is_available;
            sum += row[a];
            wrong = row[a] >= 0.0 && (is_available || row[a] == 0.0) ? wrong : a;
        }
        if (is_terminal || (is_live != NULL && !is_live[s])) {
            continue;
        }
        snprintf(path, sizeof path, "policy[%d]", s);
        if (wrong >= 0) {
            return rill_error_set(
                error, RILL_INVALID, path,
                row[wrong] >= 0.0 ? "action %d is not available here, yet it has probability %.15g"
                                  : "action %d: %.15g is not a probability",
                wrong, row[wrong]);
        }
        if (!(fabs(sum - 1.0) <= 1e-9)) {
            return rill_error_set(error, RILL_INVALID, path, "probabilities sum to %.15g, not 1",
                                  sum);
        }
    }
    return RILL_OK;
}

static rill_status add_process(const rill_model *model, const double *policy,
                               const uint8_t *is_live, rill_model_builder *builder)
{
    rill_status status = rill_model_begin(builder, model->n_states, 1);
    for (int32_t s = 0; s < model->n_states && status == RILL_OK; s++) {
        rill_model_add_start(builder, s, model->start[s]);
        for (int32_t a = 0; a < model->n_actions && (is_live == NULL || is_live[s]); a++) {
            const double probability = policy[(ptrdiff_t)s * model->n_actions + a];
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, a, &count);
            for (size_t i = 0; i < count && status == RILL_OK; i++) {
                status = rill_model_add(builder, s, 0, probability * t[i].probability, t[i].next,
                                        t[i].reward, t[i].terminated);
            }
        }
    }
    return status;
}

rill_status create_process(const rill_model *model, const double *policy, const uint8_t *is_live,
                           rill_model **process, rill_error *error)
{
    *process = NULL;
    rill_status status = check_policy(model, policy, is_live, error);
    if (status != RILL_OK) {
        return status;
    }
    rill_model_builder *builder = rill_model_builder_create();
    status = builder == NULL || add_process(model, policy, is_live, builder) != RILL_OK
                 ? rill_error_no_memory(error)
                 : rill_model_build(builder, process, error);
    rill_model_builder_destroy(builder);
    return status;
}

/// Marks the states that a policy reaches from those marked, terminal ones included. `queue` is
/// scratch, (n_states).
static void mark_reached(const rill_model *model, const double *policy, uint8_t *is_reached,
                         int32_t *queue)
{
    int32_t tail = 0;
    for (int32_t s = 0; s < model->n_states; s++) {
        if (is_reached[s]) {
            queue[tail++] = s;
        }
    }
    for (int32_t head = 0; head < tail; head++) {
        const int32_t s = queue[head];
        for (int32_t a = 0; a < model->n_actions; a++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, a, &count);
            count = policy == NULL || policy[(ptrdiff_t)s * model->n_actions + a] > 0.0 ? count : 0;
            for (size_t i = 0; i < count; i++) {
                if (!t[i].terminated && !is_reached[t[i].next]) {
                    is_reached[t[i].next] = 1;
                    queue[tail++] = t[i].next;
                }
            }
        }
    }
}

/// The process of a policy on the states that it reaches from the start. `is_reached` and `queue`
/// are (n_states); the first answers which.
static rill_status create_reached(const rill_model *model, const double *policy,
                                  uint8_t *is_reached, int32_t *queue, rill_model **process,
                                  rill_error *error)
{
    for (int32_t s = 0; s < model->n_states; s++) {
        is_reached[s] = model->start[s] > 0.0;
    }
    mark_reached(model, policy, is_reached, queue);
    return create_process(model, policy, is_reached, process, error);
}

rill_status rill_solve_reached(const rill_model *model, double gamma, const double *policy,
                               double *v, rill_error *error)
{
    const size_t n = (size_t)model->n_states;
    rill_model *process = NULL;
    rill_solution *solution = NULL;
    uint8_t *is_reached = malloc(n);
    int32_t *queue = malloc(n * sizeof *queue);
    rill_status status = is_reached == NULL || queue == NULL
                             ? rill_error_no_memory(error)
                             : create_reached(model, policy, is_reached, queue, &process, error);
    status = status == RILL_OK ? rill_solve_optimal(process, gamma, &solution, error) : status;
    if (status == RILL_OK) {
        memcpy(v, solution->v, n * sizeof *v);
    }
    rill_solution_destroy(solution);
    rill_model_destroy(process);
    free(is_reached);
    free(queue);
    return status;
}

// --------------------------------------------------------------------------- on-policy distribution

/// Room for finding the way through a process, (n_states) each.
typedef struct walk {
    const rill_model *process;
    uint8_t *is_reached, *is_leading;
    int32_t *queue;
    int32_t *policy; ///< 0, or -1 where a walk ends
} walk;

/// Marks in `is_leading` the states that lead to the end of an episode, or to `target` (-1: none).
/// True when all do.
static bool find_leading(const walk *w, int32_t target)
{
    const rill_model *process = w->process;
    memset(w->is_leading, 0, (size_t)process->n_states);
    bool is_new = true;
    bool is_all = true;
    for (int32_t sweep = 0; is_new; sweep++) {
        is_new = false;
        is_all = true;
        for (int32_t i = 0; i < process->n_states; i++) {
            const int32_t s = sweep % 2 == 0 ? i : process->n_states - 1 - i;
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(process, s, 0, &count);
            bool is_leading = w->is_leading[s] || s == target || count == 0;
            for (size_t k = 0; k < count && !is_leading; k++) {
                bool is_end = t[k].terminated || w->policy[t[k].next] < 0;
                is_leading = is_end || w->is_leading[t[k].next];
            }
            is_new = is_new || (is_leading && !w->is_leading[s]);
            w->is_leading[s] = is_leading;
            is_all = is_all && is_leading;
        }
    }
    return is_all;
}

/// A state that is returned to for ever, found from one that leads to no end: as long as a state can
/// be reached that does not lead back, from there, where fewer can be reached.
static int32_t find_recurrent(const walk *w, int32_t state)
{
    for (int32_t next = state; next >= 0;) {
        state = next;
        next = -1;
        find_leading(w, state);
        memset(w->is_reached, 0, (size_t)w->process->n_states);
        w->is_reached[state] = 1;
        mark_reached(w->process, NULL, w->is_reached, w->queue);
        for (int32_t s = 0; s < w->process->n_states; s++) {
            next = w->is_reached[s] && !w->is_leading[s] ? s : next;
        }
    }
    return state;
}

/// Visits between two ends of episodes or, where the walk does not end, between two visits to a
/// state that it returns to for ever.
static rill_status count_visits(const walk *w, double *visits, rill_error *error)
{
    const rill_model *process = w->process;
    const int32_t n = process->n_states;
    for (int32_t s = 0; s < n; s++) {
        size_t count = 0;
        rill_model_outcomes(process, s, 0, &count);
        w->policy[s] = count > 0 ? 0 : -1;
        visits[s] = count > 0 ? process->start[s] : 0.0;
    }
    if (find_leading(w, -1)) {
        return solve_visits(process, w->policy, visits, error);
    }
    int32_t stuck = 0;
    while (w->is_leading[stuck]) {
        stuck++;
    }
    const int32_t home = find_recurrent(w, stuck);
    if (!find_leading(w, home)) {
        return rill_error_set(
            error, RILL_FAILED, "",
            "the policy can settle around state %d or elsewhere, so that there is "
            "no one on-policy distribution",
            home);
    }
    // from home to home
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(process, home, 0, &count);
    memset(visits, 0, (size_t)n * sizeof *visits);
    for (size_t i = 0; i < count; i++) {
        visits[t[i].next] += t[i].probability;
    }
    w->policy[home] = -1;
    rill_status status = solve_visits(process, w->policy, visits, error);
    visits[home] = 1.0;
    return status;
}

rill_status rill_solve_on_policy(const rill_model *model, const double *policy,
                                 double *distribution, rill_error *error)
{
    const size_t n = (size_t)model->n_states;
    rill_model *process = NULL;
    walk w = {
        .is_reached = malloc(n),
        .is_leading = malloc(n),
        .queue = malloc(n * sizeof *w.queue),
        .policy = malloc(n * sizeof *w.policy),
    };
    rill_status status = RILL_OK;
    if (w.is_reached == NULL || w.is_leading == NULL || w.queue == NULL || w.policy == NULL) {
        status = rill_error_no_memory(error);
    } else {
        status = create_reached(model, policy, w.is_reached, w.queue, &process, error);
    }
    w.process = process;
    status = status == RILL_OK ? count_visits(&w, distribution, error) : status;
    double sum = 0.0;
    for (size_t s = 0; s < n && status == RILL_OK; s++) {
        sum += distribution[s];
    }
    for (size_t s = 0; s < n && status == RILL_OK; s++) {
        distribution[s] /= sum;
    }
    rill_model_destroy(process);
    free(w.is_reached);
    free(w.is_leading);
    free(w.queue);
    free(w.policy);
    return status;
}
