/// Drawing environments: their own way, or as the grid that they are.
#include <rill/env.h>

static rill_color color_of(rill_cell cell)
{
    switch (cell) {
    case RILL_CELL_WALL:
        return RILL_GREY;
    case RILL_CELL_HAZARD:
        return RILL_ORANGE;
    case RILL_CELL_GOAL:
        return RILL_GREEN;
    case RILL_CELL_START:
        return RILL_LIGHT_GREY;
    case RILL_CELL_FREE:
        break;
    }
    return RILL_WHITE;
}

/// Cells of size 1, the first row on top, and the agent as a disc.
static void draw_grid(const rill_env *env, const rill_canvas *canvas)
{
    static const double line_width = 0.03;
    rill_grid grid;
    env->type->grid(env->params, &grid);
    const double width = grid.columns;
    const double height = grid.rows;
    canvas->view(canvas->context, -0.1, -0.1, width + 0.1, height + 0.1);
    for (int32_t row = 0; row < grid.rows; row++) {
        for (int32_t column = 0; column < grid.columns; column++) {
            const double bottom = height - 1.0 - row;
            rill_cell cell = grid.cell(env->params, row * grid.columns + column);
            rill_canvas_rectangle(canvas, column, bottom, column + 1.0, bottom + 1.0,
                                  color_of(cell));
            if (cell == RILL_CELL_START || cell == RILL_CELL_GOAL) {
                canvas->text(canvas->context, column + 0.15, bottom + 0.85, 0.25,
                             cell == RILL_CELL_START ? "S" : "G", RILL_BLACK);
            }
        }
    }
    for (int32_t row = 0; row <= grid.rows; row++) {
        canvas->line(canvas->context, 0.0, row, width, row, line_width, RILL_GREY);
    }
    for (int32_t column = 0; column <= grid.columns; column++) {
        canvas->line(canvas->context, column, 0.0, column, height, line_width, RILL_GREY);
    }
    const int32_t state = rill_env_observe(env).index;
    canvas->circle(canvas->context, state % grid.columns + 0.5,
                   height - 0.5 - (double)(state / grid.columns), 0.3, RILL_BLUE);
}

rill_status rill_env_draw(const rill_env *env, const rill_canvas *canvas, rill_error *error)
{
    if (env->type->draw != NULL) {
        env->type->draw(env->params, env->state, canvas);
    } else if (env->type->grid != NULL) {
        draw_grid(env, canvas);
    } else {
        return rill_error_set(error, RILL_INVALID, "", "%s does not offer to be drawn",
                              env->type->id);
    }
    return RILL_OK;
}
