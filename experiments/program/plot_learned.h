/// Figures of what was learned: the parts of `plot_values`, `plot_surface` and `plot_policy`.
#ifndef RILL_PROGRAM_PLOT_LEARNED_H
#define RILL_PROGRAM_PLOT_LEARNED_H

#include "experiments/program/plot.h"

/// What one agent had learned.
typedef struct plot_learned {
    const plot_results *results;
    const figure_request *request;
    const char *picture, *subtitle;
    const values_surface *surface;
    const rill_env *env;       ///< what the agent acted in
    const rill_env *unwrapped; ///< the same without its wrappers
    const rill_agent *agent;
    /// (states) 1 where decisions are taken: elsewhere nothing is learned. NULL: not known, as of boxes.
    const uint8_t *is_decision;
} plot_learned;

/// A drawing of a kind: of values or of the policy.
typedef rill_status plot_learned_function(const plot_learned *learned, rill_error *error);

plot_learned_function plot_grid_values, plot_grid_policy; ///< maps of grid worlds
plot_learned_function plot_arms_values;                   ///< of a single state
plot_learned_function plot_line_values, plot_line_policy; ///< over one number
plot_learned_function plot_map_values, plot_map_policy;   ///< over two numbers of a box
plot_learned_function plot_box_surface;                   ///< the same in three dimensions
plot_learned_function plot_hands_values, plot_hands_policy, plot_hands_surface; ///< blackjack

/// Whether values are estimates of actions, so that there is a greedy one.
bool plot_has_actions(const plot_learned *learned);
/// The first greedy action at a point, of the mean of the action values; -1: none is known.
int32_t plot_greedy_action(const plot_learned *learned, int64_t point);
/// Whether an action is as good as the greedy one, but for rounding.
bool plot_is_greedy(const plot_learned *learned, int64_t point, int32_t action);
/// The name of an action, to `text`: the environment's, or its number.
const char *plot_action_name(const plot_learned *learned, int32_t action, char text[32]);
/// Colours for the actions, named beside the colour box: of up to 32.
void plot_name_actions(const plot_learned *learned, gnuplot *figure);
/// The name of a number of the observation, to `text`: "position".
const char *plot_axis_name(const plot_learned *learned, int32_t dimension, char text[64]);
/// The figure's own text or, where it has none, the usual one.
const char *plot_or(const char *own, const char *usual);
/// What the values are called: "value", "greatest action value".
const char *plot_value_name(const plot_learned *learned);

#endif
