// What was learned: which agent's, and how it is drawn.
#include "experiments/program/plot_learned.h"

#include <inttypes.h>
#include <math.h>
#include <rill/model.h>
#include <rill/policy.h>
#include <rill/wrapper.h>
#include <stdlib.h>
#include <string.h>

/// How a figure of what was learned is drawn, by what is observed.
typedef enum layout { LAYOUT_GRID, LAYOUT_HANDS, LAYOUT_ARMS, LAYOUT_LINE, LAYOUT_MAP } layout;

static plot_learned_function *const values_functions[] = {
    [LAYOUT_GRID] = plot_grid_values, [LAYOUT_HANDS] = plot_hands_values,
    [LAYOUT_ARMS] = plot_arms_values, [LAYOUT_LINE] = plot_line_values,
    [LAYOUT_MAP] = plot_map_values,
};
static plot_learned_function *const policy_functions[] = {
    [LAYOUT_GRID] = plot_grid_policy, [LAYOUT_HANDS] = plot_hands_policy, [LAYOUT_ARMS] = NULL,
    [LAYOUT_LINE] = plot_line_policy, [LAYOUT_MAP] = plot_map_policy,
};
static plot_learned_function *const surface_functions[] = {
    [LAYOUT_GRID] = NULL, [LAYOUT_HANDS] = plot_hands_surface, [LAYOUT_ARMS] = NULL,
    [LAYOUT_LINE] = NULL, [LAYOUT_MAP] = plot_box_surface,
};

// ---- words and actions ----

const char *plot_or(const char *own, const char *usual)
{
    return own == NULL ? usual : own;
}

const char *plot_value_name(const plot_learned *learned)
{
    return plot_has_actions(learned) ? "greatest action value" : "value";
}

bool plot_has_actions(const plot_learned *learned)
{
    return learned->surface->n_values > 1;
}

int32_t plot_greedy_action(const plot_learned *learned, int64_t point)
{
    const int32_t n = learned->surface->n_values;
    return n > 1 ? rill_argmax(learned->surface->q + point * n, n) : -1;
}

bool plot_is_greedy(const plot_learned *learned, int64_t point, int32_t action)
{
    const int32_t n = learned->surface->n_values;
    const double *q = learned->surface->q + point * n;
    const double best = rill_max(q, n);
    return n > 1 && q[action] >= best - 1e-9 * fmax(1.0, fabs(best));
}

const char *plot_action_name(const plot_learned *learned, int32_t action, char text[32])
{
    const char *const *names = learned->unwrapped->type->action_names;
    const bool is_named = names != NULL && learned->env == learned->unwrapped;
    if (is_named) {
        snprintf(text, 32, "%s", names[action]);
    } else {
        snprintf(text, 32, "%d", action);
    }
    return text;
}

void plot_name_actions(const plot_learned *learned, gnuplot *figure)
{
    enum { MAX_NAMED = 32 };
    char texts[MAX_NAMED][32];
    const char *names[MAX_NAMED];
    const int32_t n =
        learned->surface->n_values < MAX_NAMED ? learned->surface->n_values : MAX_NAMED;
    for (int32_t a = 0; a < n; a++) {
        names[a] = plot_action_name(learned, a, texts[a]);
    }
    gnuplot_name_colors(figure, names, n);
}

const char *plot_axis_name(const plot_learned *learned, int32_t dimension, char text[64])
{
    const char *const *names = learned->env->type->observation_names;
    int32_t n = 0;
    while (names != NULL && n <= dimension && names[n] != NULL) {
        n++;
    }
    if (n > dimension) {
        snprintf(text, 64, "%s", names[dimension]);
        return text;
    }
    if (learned->surface->grid.dim == 0) {
        snprintf(text, 64, "state");
    } else {
        snprintf(text, 64, "observation %d", dimension);
    }
    return text;
}

// ---- what there is to draw ----

static rill_status find_layout(const plot_learned *learned, layout *found, rill_error *error)
{
    const values_grid *grid = &learned->surface->grid;
    const rill_env_type *type = learned->unwrapped->type;
    const bool is_same =
        learned->env->observation_space.size == learned->unwrapped->observation_space.size;
    int32_t n_free = 0;
    for (int32_t i = 0; i < grid->dim; i++) {
        n_free += grid->across[i] > 1;
    }
    rill_grid cells = {0};
    if (grid->dim == 0 && type->grid != NULL && is_same) {
        type->grid(learned->unwrapped->params, &cells);
    }
    if (cells.rows > 1 && (int64_t)cells.rows * cells.columns == grid->n_points) {
        *found = LAYOUT_GRID;
    } else if (grid->dim == 0 && is_same && strcmp(type->id, "blackjack") == 0) {
        *found = LAYOUT_HANDS;
    } else if (grid->n_points == 1) {
        *found = LAYOUT_ARMS;
    } else if (grid->dim == 0 || n_free == 1) {
        *found = LAYOUT_LINE;
    } else if (n_free == 2) {
        *found = LAYOUT_MAP;
    } else {
        return rill_error_set(error, RILL_INVALID, "--at",
                              "a figure is over one or two numbers, and observations have %d; fix "
                              "the others, as in --at '*,*%s'",
                              grid->dim, grid->dim == 3 ? ",0" : ",0,0");
    }
    return RILL_OK;
}

/// Marks the states in which decisions are taken; NULL where the world has no such model.
static uint8_t *find_decisions(const plot_learned *learned)
{
    rill_error ignored = {0};
    rill_model *model = NULL;
    uint8_t *mask = NULL;
    const rill_space *space = &learned->env->observation_space;
    if (space->kind != RILL_SPACE_DISCRETE || learned->env->type->model_state != NULL ||
        rill_env_model(learned->env, &model, &ignored) != RILL_OK) {
        return NULL;
    }
    if (model->n_states == space->size) {
        mask = calloc((size_t)space->size + 1, 1);
    }
    if (mask != NULL && rill_model_decision_states(model, mask) != RILL_OK) {
        free(mask);
        mask = NULL;
    }
    rill_model_destroy(model);
    return mask;
}

/// The variant shown: the one asked for, else the best that has learned something.
static rill_status choose(const plot_results *results, const figure_request *f, int32_t *variant,
                          bool *is_best, rill_error *error)
{
    *variant = -1;
    *is_best = false;
    for (int32_t i = 0; i < results->n_variants && f->agent != NULL; i++) {
        if (strcmp(results->variants[i].label, f->agent) == 0) {
            *variant = i;
        }
    }
    if (*variant >= 0 || f->agent != NULL) {
        return RILL_OK; // of a wrong label, `values_read` tells
    }
    plot_ranking ranking;
    const rill_status status = plot_rank(results, f->metric, &ranking, error);
    if (status == RILL_OK) {
        *variant = ranking.rows[0].variant;
        *is_best = ranking.is_ranked && ranking.n > 1;
        free(ranking.rows);
    }
    return status;
}

static rill_status draw(plot_learned *learned, const rill_experiment *experiment,
                        plot_learned_function *const *functions, rill_error *error)
{
    layout found = LAYOUT_LINE;
    learned->agent = experiment->variants[0].agent;
    learned->env = experiment->env;
    learned->unwrapped = rill_env_unwrapped(experiment->env);
    rill_status status = find_layout(learned, &found, error);
    if (status != RILL_OK) {
        return status;
    }
    if (found == LAYOUT_ARMS && (functions[found] == NULL || !plot_has_actions(learned))) {
        return rill_error_set(
            error, RILL_INVALID, "",
            "there is a single state: action values, where there are some, are all "
            "that can be drawn; try --kind %s",
            plot_has_actions(learned) ? "values" : "curves");
    }
    if (functions[found] == NULL) {
        return rill_error_set(error, RILL_INVALID, "",
                              "a surface is over two numbers, and %s has none; try --kind values",
                              learned->unwrapped->type->id);
    }
    if (functions == policy_functions && !plot_has_actions(learned)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s keeps no action values, of which a policy could be read; try "
                              "--kind values",
                              learned->agent->type->id);
    }
    uint8_t *mask = find_decisions(learned);
    learned->is_decision = mask;
    status = functions[found](learned, error);
    free(mask);
    return status;
}

static rill_status plot_one(const plot_results *results, const figure_request *f,
                            const char *picture, plot_learned_function *const *functions,
                            rill_error *error)
{
    int32_t variant = 0, n = 0;
    bool is_best = false;
    values_surface *surfaces = NULL;
    rill_experiment *experiment = NULL;
    rill_status status = choose(results, f, &variant, &is_best, error);
    if (status != RILL_OK) {
        return status;
    }
    values_request request = results->values;
    request.agent = variant < 0 ? f->agent : results->variants[variant].label;
    status = values_read(results->store, &request, &surfaces, &n, error);
    if (status == RILL_OK) {
        status = rill_experiment_parse(&experiment, results->variants[variant].config, NULL, error);
    }
    if (status == RILL_OK) {
        char subtitle[PLOT_TEXT_SIZE] = "", runs[64];
        plot_describe_runs("mean", surfaces[variant].n_runs, surfaces[variant].n_runs, runs,
                           sizeof runs);
        plot_append(subtitle, sizeof subtitle, "", "%s", results->variants[variant].label);
        if (f->agent == NULL && results->n_variants > 1) {
            plot_append(subtitle, sizeof subtitle, "", " (the %s of %d)",
                        is_best ? "best" : "first", results->n_variants);
        }
        plot_append(subtitle, sizeof subtitle, "", ": what was learned at the end, %s", runs);
        plot_learned learned = {.results = results,
                                .request = f,
                                .picture = picture,
                                .subtitle = subtitle,
                                .surface = &surfaces[variant]};
        status = draw(&learned, experiment, functions, error);
    }
    rill_experiment_destroy(experiment);
    values_destroy(surfaces, n);
    return status;
}

rill_status plot_values(const plot_results *results, const figure_request *f, const char *picture,
                        rill_error *error)
{
    return plot_one(results, f, picture, values_functions, error);
}

rill_status plot_surface(const plot_results *results, const figure_request *f, const char *picture,
                         rill_error *error)
{
    return plot_one(results, f, picture, surface_functions, error);
}

rill_status plot_policy(const plot_results *results, const figure_request *f, const char *picture,
                        rill_error *error)
{
    return plot_one(results, f, picture, policy_functions, error);
}
