/// All that is to be seen in the window, and where.
#ifndef RILL_PLOTS_WINDOW_VIEW_H
#define RILL_PLOTS_WINDOW_VIEW_H

#include "plots/window/field.h"
#include "plots/window/learner.h"
#include "plots/window/paint.h"

/// TD errors that are kept to be drawn.
enum { VIEW_ERRORS = 120 };

/// What is chosen by keys and mouse, and the parts of the window, which follow from its size.
typedef struct view {
    painter paint;
    const learner *learner;  ///< the run shown
    field field;             ///< what its agent has learned
    const rill_env *world;   ///< drawn at the left: the run's, or the greedy policy's
    const trail *way;        ///< its cells in this episode, where it is a grid; NULL: none
    const char *world_title; ///< NULL: says whose it is
    bool is_saved; ///< a stored agent's: the run is over, and it is the greedy policy that goes on
    bool is_greedy, is_paused, is_help;
    double speed;               ///< steps a second; INFINITY: as fast as it can
    double steps_per_second;    ///< measured; NaN: not yet
    double mouse_x, mouse_y;    ///< in pixels; negative: outside
    double errors[VIEW_ERRORS]; ///< TD errors of the last frames with new steps, in a ring
    int32_t n_errors;           ///< noted so far
    int64_t errors_step;        ///< of the last one
    const char *message;        ///< a line about what a key did; NULL: none

    double unit; ///< pixels of a length that is 1 in a window of 1280 x 800
    area header, world_area, numbers, error_area, curve, values, footer, slider;
} view;

/// Colours of the window itself.
#define INK ((rill_color){34, 38, 44, 255})
#define SOFT_INK ((rill_color){105, 112, 122, 255})
#define PAPER ((rill_color){255, 255, 255, 255})
#define DESK ((rill_color){240, 241, 243, 255})
#define HAIRLINE ((rill_color){214, 217, 222, 255})

/// The next of the slider's speeds above or below one; itself at either end.
double speed_step(double speed, bool is_up);

/// Fits the parts to the picture, whose size has changed.
void view_arrange(view *self);
/// Draws everything.
void view_draw(view *self);
/// Whether a place is on the slider, knob and ends included.
bool view_is_on_slider(const view *self, double x, double y);
/// The speed that a place on the slider stands for.
double view_speed_at(const view *self, double x);

/// The parts.
void view_draw_world(view *self);
void view_draw_numbers(view *self);
/// Keeps the present TD error, where there were new steps.
void view_note_error(view *self);
void view_draw_errors(view *self);
void view_draw_curve(view *self);
void view_draw_values(view *self);
void view_draw_grid(view *self);
void view_draw_plane(view *self);
/// The cell of a grid drawn from its layout at a place in the left part; -1: none.
int32_t view_world_cell(const view *self, double x, double y);
/// The cell of `field`, a grid or a plane, at a place in the part of the values; -1: none.
int32_t view_value_cell(view *self, double x, double y);
/// Beside the mouse: a cell in words, and its estimates.
void view_draw_tip(view *self, int32_t cell);

/// An action by its name or, where it has none, its number.
void view_name_action(const rill_env *env, int32_t action, char *text, size_t size);

/// What a number of the observation is: its name or, where it has none, "observation 0".
const char *view_name_observation(const rill_env *env, int32_t dimension, char text[32]);

/// The room within a sheet, below its title.
area view_sheet_room(const view *self, area where);
/// A white sheet with a title; answers the room that is left in it.
area view_draw_sheet(view *self, area where, const char *title);
/// A number as people write it: 12,345; -0.0123; 1.2e+09.
void view_format(double value, char *text, size_t size);

#endif
