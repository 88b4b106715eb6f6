/// Jack's car rental.
///
/// Description: two places rent out cars. Overnight cars are moved between them; on the day after,
///     customers ask for cars, which are rented out as long as there are any, and cars come back,
///     which can be rented out from the next day on. Cars above `max_cars` at a place are gone.
///     Sutton & Barto (2018), Example 4.2; Exercise 4.7 is free_cars=1 and parking_cost=4.
/// Action space: 0 to 2 max_move; action a moves a - max_move cars from the first place to the
///     second (negative: from the second to the first). Only cars that are there can be moved, as
///     the mask says; an action that moves more of them moves all.
/// Observation space: first * (max_cars + 1) + second, the cars at either place in the evening.
/// Reward: dollars: `credit` a car rented out, less the costs of the night.
/// Starting state: max_cars / 2 cars (rounded down) at either place.
/// Episode end: never; the book discounts by 0.9. No time limit.
/// Parameters: requests and returns are Poisson with the rates given. With `constant_returns`
///     exactly the rate, rounded down, comes back each day.
/// Versions: one. A step draws one uniform number each for the requests at the first place and the
///     second, then the returns at the first and the second (constant ones take none), and inverts
///     the distribution function, tabulated up to `max_cars`: all above that has the same effect.
///
/// Places are independent given the action, so p(s' | s, a) is a product of two tables. Rewards of
/// the model are r(s, a, s'): those of steps would split each outcome into up to 41.
#include "core/memory.h"

#include <rill/env_define.h>
#include <rill/math.h>
#include <stdio.h>

enum { PLACES = 2 };

/// A place's tables, for 0 to max_cars cars.
typedef struct car_rental_place {
    double *requests; ///< (n) P(at most k requests); the last is 1
    double *returns;  ///< (n) the same of returns
    double *next;     ///< (n, n) P(cars in the evening | cars in the morning)
    double *rentals;  ///< (n, n) E[cars rented out | cars in the morning, cars in the evening]
} car_rental_place;

typedef struct car_rental_params {
    int64_t max_cars, max_move;
    double requests_first, requests_second, returns_first, returns_second;
    bool constant_returns;
    double credit, move_cost;
    int64_t free_cars;
    int64_t parking_limit;
    double parking_cost;
    // derived
    double *tables;
    car_rental_place places[PLACES];
} car_rental_params;

static const rill_param car_rental_param_table[] = {
    RILL_INTEGER(car_rental_params, max_cars, "20", 1, 100, "cars that a place can hold"),
    RILL_INTEGER(car_rental_params, max_move, "5", 0, 100, "cars that can be moved in a night"),
    RILL_REAL(car_rental_params, requests_first, "3", 0, 500, "a day at the first place, mean"),
    RILL_REAL(car_rental_params, requests_second, "4", 0, 500, "a day at the second place, mean"),
    RILL_REAL(car_rental_params, returns_first, "3", 0, 500, "a day at the first place, mean"),
    RILL_REAL(car_rental_params, returns_second, "2", 0, 500, "a day at the second place, mean"),
    RILL_BOOL(car_rental_params, constant_returns, "false", "returns do not vary"),
    RILL_REAL(car_rental_params, credit, "10", -1e100, 1e100, "for a car rented out, in dollars"),
    RILL_REAL(car_rental_params, move_cost, "2", -1e100, 1e100, "of a car moved, in dollars"),
    RILL_INTEGER(car_rental_params, free_cars, "0", 0, 100,
                 "cars a night that move from the first place to the second at no cost"),
    RILL_INTEGER(car_rental_params, parking_limit, "10", 0, 100,
                 "cars that a place keeps overnight without parking cost"),
    RILL_REAL(car_rental_params, parking_cost, "0", -1e100, 1e100,
              "a night of a place with more cars than that, in dollars"),
    RILL_PARAM_END,
};

typedef struct car_rental_state {
    int32_t cars[PLACES]; ///< in the evening
} car_rental_state;

static inline int32_t minimum(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/// The distribution function of a Poisson variable at 0 to n - 1, all the tail in the last.
static void tabulate_poisson(double *cumulated, int32_t n, double rate)
{
    double probability = rill_exp(-rate);
    double sum = 0.0;
    for (int32_t k = 0; k < n; k++) {
        sum += probability;
        cumulated[k] = sum < 1.0 ? sum : 1.0;
        probability *= rate / (k + 1);
    }
    cumulated[n - 1] = 1.0;
}

static void tabulate_constant(double *cumulated, int32_t n, double value)
{
    for (int32_t k = 0; k < n; k++) {
        cumulated[k] = k + 1 > value || k == n - 1 ? 1.0 : 0.0;
    }
}

static double probability_of(const double *cumulated, int32_t k)
{
    return k == 0 ? cumulated[0] : cumulated[k] - cumulated[k - 1];
}

/// A day at a place: from cars in the morning to cars in the evening.
static void tabulate_day(const car_rental_place *place, int32_t n)
{
    for (int32_t morning = 0; morning < n; morning++) {
        double *next = place->next + morning * n, *rentals = place->rentals + morning * n;
        for (int32_t requests = 0; requests < n; requests++) {
            for (int32_t returns = 0; returns < n; returns++) {
                const double p = probability_of(place->requests, requests) *
                                 probability_of(place->returns, returns);
                const int32_t rented = minimum(requests, morning);
                const int32_t evening = minimum(morning - rented + returns, n - 1);
                next[evening] += p;
                rentals[evening] += p * rented;
            }
        }
        for (int32_t evening = 0; evening < n; evening++) {
            if (next[evening] > 0.0) {
                rentals[evening] /= next[evening];
            }
        }
    }
}

static void release(void *block)
{
    rill_memory_release(((car_rental_params *)block)->tables);
}

static rill_status prepare(void *block, rill_error *error)
{
    car_rental_params *params = block;
    const int32_t n = (int32_t)params->max_cars + 1;
    const double requests[] = {params->requests_first, params->requests_second};
    const double returns[] = {params->returns_first, params->returns_second};
    const size_t size = (size_t)(2 * n + 2 * n * n);
    params->tables = rill_memory_take(PLACES * size * sizeof *params->tables);
    if (params->tables == NULL) {
        return rill_error_no_memory(error);
    }
    for (int32_t i = 0; i < PLACES; i++) {
        double *table = params->tables + (size_t)i * size;
        car_rental_place *place = &params->places[i];
        *place = (car_rental_place){table, table + n, table + 2 * n, table + 2 * n + n * n};
        tabulate_poisson(place->requests, n, requests[i]);
        if (params->constant_returns) {
            tabulate_constant(place->returns, n, returns[i]);
        } else {
            tabulate_poisson(place->returns, n, returns[i]);
        }
        tabulate_day(place, n);
    }
    return RILL_OK;
}

static void reset(const car_rental_params *params, car_rental_state *state, rill_rng *rng)
{
    (void)rng;
    state->cars[0] = state->cars[1] = (int32_t)params->max_cars / 2;
}

/// Moves cars overnight and answers what the night costs.
static inline double spend_night(const car_rental_params *params, int32_t *cars, int32_t action)
{
    int32_t moved = action - (int32_t)params->max_move;
    moved = moved > 0 ? minimum(moved, cars[0]) : -minimum(-moved, cars[1]);
    int32_t paid = moved > 0 ? moved - minimum(moved, (int32_t)params->free_cars) : -moved;
    cars[0] = minimum(cars[0] - moved, (int32_t)params->max_cars);
    cars[1] = minimum(cars[1] + moved, (int32_t)params->max_cars);
    const int32_t full = (cars[0] > params->parking_limit) + (cars[1] > params->parking_limit);
    return params->move_cost * paid + params->parking_cost * full;
}

/// Inverts a distribution function at 0 to max_cars: the least k with u < P(at most k). Counting
/// all below is quicker than stopping at it, which no processor can predict.
static inline int32_t draw_count(rill_rng *rng, const double *cumulated, int32_t max_cars)
{
    const double u = rill_rng_random(rng);
    int32_t k = 0;
    for (int32_t i = 0; i < max_cars; i++) {
        k += u >= cumulated[i];
    }
    return k;
}

static inline void step(const car_rental_params *params, car_rental_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    const int32_t max_cars = (int32_t)params->max_cars;
    const double rates[] = {params->returns_first, params->returns_second};
    const double cost = spend_night(params, state->cars, action);
    int32_t rented = 0;
    for (int32_t i = 0; i < PLACES; i++) {
        const int32_t rentals =
            minimum(draw_count(rng, params->places[i].requests, max_cars), state->cars[i]);
        state->cars[i] -= rentals;
        rented += rentals;
    }
    for (int32_t i = 0; i < PLACES; i++) {
        const int32_t returns = params->constant_returns
                                    ? (int32_t)rates[i]
                                    : draw_count(rng, params->places[i].returns, max_cars);
        state->cars[i] = minimum(state->cars[i] + returns, max_cars);
    }
    outcome->reward = params->credit * rented - cost;
}

static inline int32_t observe(const car_rental_params *params, const car_rental_state *state)
{
    return state->cars[0] * ((int32_t)params->max_cars + 1) + state->cars[1];
}

static inline bool is_available(const car_rental_params *params, const int32_t *cars,
                                int32_t action)
{
    const int32_t moved = action - (int32_t)params->max_move;
    return moved <= cars[0] && -moved <= cars[1];
}

static rill_space observation_space(const void *params)
{
    const int32_t n = (int32_t)((const car_rental_params *)params)->max_cars + 1;
    return rill_space_discrete(n * n);
}

static rill_space action_space(const void *params)
{
    return rill_space_discrete(2 * (int32_t)((const car_rental_params *)params)->max_move + 1);
}

/// Writes the evenings that may follow mornings with these cars.
static rill_status add_day(const car_rental_params *params, rill_model_builder *builder,
                           int32_t state, int32_t action, const int32_t *cars, double cost)
{
    const int32_t n = (int32_t)params->max_cars + 1;
    const double *next[PLACES], *rentals[PLACES];
    for (int32_t i = 0; i < PLACES; i++) {
        next[i] = params->places[i].next + cars[i] * n;
        rentals[i] = params->places[i].rentals + cars[i] * n;
    }
    rill_status status = RILL_OK;
    for (int32_t first = 0; first < n; first++) {
        for (int32_t second = 0; second < n && status == RILL_OK; second++) {
            status = rill_model_add(
                builder, state, action, next[0][first] * next[1][second], first * n + second,
                params->credit * (rentals[0][first] + rentals[1][second]) - cost, false);
        }
    }
    return status;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const car_rental_params *params = block;
    const int32_t n = (int32_t)params->max_cars + 1, n_actions = action_space(params).size;
    rill_status status = rill_model_begin(builder, n * n, n_actions);
    if (status == RILL_OK) {
        rill_model_add_start(builder, (n - 1) / 2 * (n + 1), 1.0);
    }
    for (int32_t s = 0; s < n * n; s++) {
        for (int32_t a = 0; a < n_actions && status == RILL_OK; a++) {
            int32_t cars[PLACES] = {s / n, s % n};
            if (is_available(params, cars, a)) {
                const double cost = spend_night(params, cars, a);
                status = add_day(params, builder, s, a, cars, cost);
            }
        }
    }
    return status;
}

static void mask(const void *params, const void *state, uint8_t *mask)
{
    for (int32_t a = 0; a < action_space(params).size; a++) {
        mask[a] = is_available(params, ((const car_rental_state *)state)->cars, a);
    }
}

/// Two car parks, five places a row, with their cars.
static void draw(const void *block, const void *data, const rill_canvas *canvas)
{
    enum { ROW = 5 };
    const int32_t max_cars = (int32_t)((const car_rental_params *)block)->max_cars;
    const double top = (max_cars + ROW - 1) / ROW, width = ROW + 2.0;
    canvas->view(canvas->context, -1.0, -0.5, 2.0 * width - 1.0, top + 1.5);
    for (int32_t i = 0; i < PLACES; i++) {
        const int32_t cars = ((const car_rental_state *)data)->cars[i];
        for (int32_t k = 0; k < max_cars; k++) {
            const double left = width * i + k % ROW, bottom = top - 1.0 - k / ROW;
            rill_canvas_rectangle(canvas, left + 0.05, bottom + 0.05, left + 0.95, bottom + 0.95,
                                  RILL_LIGHT_GREY);
            if (k < cars) {
                rill_canvas_rectangle(canvas, left + 0.28, bottom + 0.15, left + 0.72,
                                      bottom + 0.85, i == 0 ? RILL_BLUE : RILL_ORANGE);
            }
        }
        char label[32];
        snprintf(label, sizeof label, "%s: %d", i == 0 ? "first" : "second", cars);
        canvas->text(canvas->context, width * i + 0.5 * ROW, top + 0.7, 0.7, label, RILL_BLACK);
    }
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    for (int32_t i = 0; i < PLACES; i++) {
        values[i] = ((const car_rental_state *)state)->cars[i];
    }
}

static rill_status set_state(const void *block, void *state, const double *values,
                             rill_error *error)
{
    const int32_t n = (int32_t)((const car_rental_params *)block)->max_cars + 1;
    car_rental_state new_state;
    rill_status status = RILL_OK;
    for (int32_t i = 0; i < PLACES && status == RILL_OK; i++) {
        status = rill_state_index(values[i], n, &new_state.cars[i], error);
    }
    if (status == RILL_OK) {
        *(car_rental_state *)state = new_state;
    }
    return status;
}

RILL_DEFINE_ENV(car_rental, index, index,
                .summary = "cars to be moved between two places overnight",
                .source = "Sutton & Barto (2018), Example 4.2 and Exercise 4.7", .prepare = prepare,
                .release = release, .observation_space = observation_space,
                .action_space = action_space, .model = model, .has_expected_rewards = true,
                .mask = mask, .draw = draw, .n_state_values = PLACES, .get_state = get_state,
                .set_state = set_state);
