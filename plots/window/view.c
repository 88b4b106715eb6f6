#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double speeds[] = {1,    2,    5,    10,    20,    60,    100,    200,     500,
                                1000, 2000, 5000, 10000, 20000, 50000, 100000, HUGE_VAL};

enum { N_SPEEDS = sizeof speeds / sizeof speeds[0] };

double speed_step(double speed, bool is_up)
{
    double next = is_up ? speeds[N_SPEEDS - 1] : speeds[0];
    for (int i = 0; i < N_SPEEDS; i++) {
        if (is_up && speeds[i] > speed) {
            next = fmin(next, speeds[i]);
        } else if (!is_up && speeds[i] < speed) {
            next = fmax(next, speeds[i]);
        }
    }
    return next;
}

/// Where on the slider a speed is, 0 to 1: evenly by factors, unlimited at the end.
static double share_of(double speed)
{
    const double most = speeds[N_SPEEDS - 2];
    return isfinite(speed) ? 0.94 * fmin(fmax(log(speed) / log(most), 0.0), 1.0) : 1.0;
}

/// Groups the digits before the point in threes.
static void group_digits(const char *digits, char *text, size_t size)
{
    const size_t whole = strcspn(digits, ".");
    size_t used = 0;
    for (size_t i = 0; digits[i] != '\0' && used + 2 < size; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) {
            text[used++] = ',';
        }
        text[used++] = digits[i];
    }
    text[used] = '\0';
}

void view_format(double value, char *text, size_t size)
{
    const double magnitude = fabs(value);
    const int decimals = magnitude >= 1000.0  ? 0
                         : magnitude >= 100.0 ? 1
                         : magnitude >= 1.0   ? 2
                                              : 4;
    char digits[32], grouped[48];
    if (!isfinite(value)) {
        snprintf(text, size, "–");
        return;
    }
    if (magnitude >= 1e9 || (magnitude < 1e-3 && magnitude > 0.0)) {
        snprintf(grouped, sizeof grouped, "%.2e", magnitude);
    } else {
        int length = snprintf(digits, sizeof digits, "%.*f", decimals, magnitude);
        while (decimals > 0 && digits[length - 1] == '0') {
            digits[--length] = '\0';
        }
        if (digits[length - 1] == '.') {
            digits[--length] = '\0';
        }
        group_digits(digits, grouped, sizeof grouped);
    }
    snprintf(text, size, "%s%s", value < 0.0 ? "−" : "", grouped);
}

/// At whole pixels, so that edges are sharp.
static area whole_area(double left, double top, double right, double bottom)
{
    return (area){floor(left), floor(top), floor(right), floor(bottom)};
}

void view_arrange(view *self)
{
    const double width = self->paint.picture.width, height = self->paint.picture.height;
    self->unit = fmin(fmax(fmin(width / 1280.0, height / 800.0), 0.75), 8.0);
    const double u = self->unit, gap = 12.0 * u;
    const double top = 58.0 * u, bottom = height - 52.0 * u;
    const double middle = floor(0.55 * width);
    const double right = width - gap;
    const double tall = bottom - top - 2.0 * gap;
    const double first = floor(top + fmin(0.26 * tall, 168.0 * u));
    const double second = floor(first + gap + 0.36 * (bottom - first - 2.0 * gap));
    self->header = whole_area(gap, 0.0, right, top);
    self->footer = whole_area(gap, bottom, right, height);
    self->world_area = whole_area(gap, top, middle - 0.5 * gap, bottom);
    const double numbers_right = floor(middle + 0.66 * (right - middle));
    self->numbers = whole_area(middle + 0.5 * gap, top, numbers_right, first);
    self->error_area = whole_area(numbers_right + gap, top, right, first);
    self->curve = whole_area(middle + 0.5 * gap, first + gap, right, second);
    self->values = whole_area(middle + 0.5 * gap, second + gap, right, bottom);
    const double slider = gap + 150.0 * u;
    self->slider = whole_area(slider, bottom, slider + fmin(260.0 * u, 0.3 * width), height);
}

area view_sheet_room(const view *self, area where)
{
    const double u = self->unit;
    return (area){where.left + 12.0 * u, where.top + 34.0 * u, where.right - 12.0 * u,
                  where.bottom - 12.0 * u};
}

area view_draw_sheet(view *self, area where, const char *title)
{
    const double u = self->unit;
    paint_rectangle(&self->paint, where, PAPER);
    paint_frame(&self->paint, where, fmax(1.0, floor(u)), HAIRLINE);
    paint_text_within(&self->paint, where.left + 12.0 * u, where.top + 17.0 * u, 13.0 * u,
                      where.right - where.left - 24.0 * u, title, SOFT_INK);
    return view_sheet_room(self, where);
}

static void draw_header(view *self)
{
    const rill_experiment *experiment = self->learner->experiment;
    const rill_variant *variant = &experiment->variants[self->learner->variant];
    const area *at = &self->header;
    const double u = self->unit;
    char line[512];
    snprintf(line, sizeof line, "%s",
             experiment->name[0] != '\0' ? experiment->name : variant->world->env->type->id);
    paint_text_within(&self->paint, at->left, at->top + 20.0 * u, 18.0 * u, at->right - at->left,
                      line, INK);
    snprintf(line, sizeof line, "%s   ·   %s   ·   agent %d of %d   ·   run %lld", variant->label,
             variant->world->env->type->id, (int)self->learner->variant + 1,
             (int)experiment->n_variants, (long long)self->learner->number);
    paint_text_within(&self->paint, at->left, at->top + 43.0 * u, 13.0 * u, at->right - at->left,
                      line, SOFT_INK);
}

bool view_is_on_slider(const view *self, double x, double y)
{
    const double reach = 12.0 * self->unit;
    const area *at = &self->slider;
    return area_contains((area){at->left - reach, at->top, at->right + reach, at->bottom}, x, y);
}

double view_speed_at(const view *self, double x)
{
    const double share = (x - self->slider.left) / (self->slider.right - self->slider.left);
    double nearest = speeds[0];
    for (int i = 1; i < N_SPEEDS; i++) {
        if (fabs(share_of(speeds[i]) - share) < fabs(share_of(nearest) - share)) {
            nearest = speeds[i];
        }
    }
    return nearest;
}

static void draw_slider(view *self, double y)
{
    const double u = self->unit;
    const area *at = &self->slider;
    const double x = at->left + share_of(self->speed) * (at->right - at->left);
    paint_line(&self->paint, at->left, y, at->right, y, 4.0 * u, HAIRLINE);
    paint_line(&self->paint, at->left, y, x, y, 4.0 * u, RILL_BLUE);
    paint_circle(&self->paint, x, y, 9.0 * u, PAPER);
    paint_circle(&self->paint, x, y, 7.0 * u, RILL_BLUE);
}

/// What the run, or the stored agent, does: a triangle while it goes on, two bars while it waits, a square when it is over.
static void draw_state(view *self, double x, double y, bool is_over)
{
    const double u = self->unit;
    const char *word = "running";
    if (is_over) {
        word = "finished";
        paint_rectangle(&self->paint, (area){x, y - 6.0 * u, x + 12.0 * u, y + 6.0 * u}, INK);
    } else if (self->is_paused) {
        word = "paused";
        for (int i = 0; i < 2; i++) {
            const double left = x + 7.0 * u * i;
            paint_rectangle(&self->paint, (area){left, y - 7.0 * u, left + 4.5 * u, y + 7.0 * u},
                            RILL_VERMILION);
        }
    } else {
        const double points[] = {x, y - 7.0 * u, x + 12.0 * u, y, x, y + 7.0 * u};
        paint_polygon(&self->paint, points, 3, RILL_GREEN);
    }
    paint_text(&self->paint, x + 22.0 * u, y, 14.0 * u, ALIGN_LEFT, word, INK);
}

static void draw_footer(view *self)
{
    const double u = self->unit;
    const area *at = &self->footer;
    const double y = 0.5 * (at->top + at->bottom);
    char number[32], line[64];
    draw_state(self, at->left, y, !self->is_saved && atomic_load(&self->learner->is_over));
    draw_slider(self, y);
    view_format(self->speed, number, sizeof number);
    const bool is_limited = isfinite(self->speed);
    snprintf(line, sizeof line, "%s%s", is_limited ? number : "as fast as it can",
             is_limited ? " steps/s" : "");
    const double x = self->slider.right + 20.0 * u;
    paint_text(&self->paint, x, y, 14.0 * u, ALIGN_LEFT, line, INK);
    const char *hint = self->message != NULL ? self->message : "?  keys";
    const double after = x + paint_text_width(&self->paint, 14.0 * u, line) + 20.0 * u;
    const double width = paint_text_width(&self->paint, 13.0 * u, hint);
    if (after + width <= at->right) {
        paint_text(&self->paint, at->right, y, 13.0 * u, ALIGN_RIGHT, hint, SOFT_INK);
    } else {
        paint_text_within(&self->paint, after, y, 13.0 * u, at->right - after, hint, SOFT_INK);
    }
}

static void draw_help(view *self)
{
    static const char *const keys[][2] = {
        {"space", "pause and go on"},
        {"s", "one step"},
        {"e", "to the end of the episode"},
        {"↑  ↓  slider", "faster, slower"},
        {"g", "show the greedy policy / how it learns"},
        {"t", "eligibility traces / values"},
        {"n", "next agent"},
        {"r", "next run"},
        {"p", "save a picture"},
        {"f", "record a film / end it"},
        {"mouse", "over a cell: its values"},
        {"click", "a cell: the greedy policy goes on from there"},
        {"?", "this help"},
        {"q", "quit"},
    };
    enum { N_KEYS = sizeof keys / sizeof keys[0] };
    const raster *picture = &self->paint.picture;
    const double u = self->unit;
    const double x = 0.5 * picture->width, y = 0.5 * picture->height;
    const double half_width = 250.0 * u, half_height = (0.5 * N_KEYS * 30.0 + 36.0) * u;
    const area all = {0.0, 0.0, picture->width, picture->height};
    const area box = {x - half_width, y - half_height, x + half_width, y + half_height};
    paint_rectangle(&self->paint, all, (rill_color){34, 38, 44, 110});
    paint_rectangle(&self->paint, box, PAPER);
    paint_text(&self->paint, box.left + 28.0 * u, box.top + 32.0 * u, 17.0 * u, ALIGN_LEFT, "Keys",
               INK);
    for (int i = 0; i < N_KEYS; i++) {
        const double line = box.top + (68.0 + 30.0 * i) * u;
        paint_text(&self->paint, box.left + 28.0 * u, line, 15.0 * u, ALIGN_LEFT, keys[i][0],
                   RILL_BLUE);
        paint_text(&self->paint, box.left + 150.0 * u, line, 15.0 * u, ALIGN_LEFT, keys[i][1], INK);
    }
}

void view_draw(view *self)
{
    raster_clip_none(&self->paint.picture);
    paint_rectangle(&self->paint,
                    (area){0.0, 0.0, self->paint.picture.width, self->paint.picture.height}, DESK);
    draw_header(self);
    view_draw_world(self);
    view_draw_numbers(self);
    view_draw_errors(self);
    view_draw_curve(self);
    view_draw_values(self);
    draw_footer(self);
    if (self->is_help) {
        draw_help(self);
    }
}
