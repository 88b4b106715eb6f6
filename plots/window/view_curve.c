/// The learning curve: the points of the first metric, pale, and their trailing mean.
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// From numbers to pixels.
typedef struct axes {
    area plot;
    double left, right, low, high;
} axes;

static double to_x(const axes *a, double x)
{
    return a->plot.left + (x - a->left) / (a->right - a->left) * (a->plot.right - a->plot.left);
}

static double to_y(const axes *a, double y)
{
    return a->plot.bottom - (y - a->low) / (a->high - a->low) * (a->plot.bottom - a->plot.top);
}

/// A distance of ticks, 1, 2 or 5 times a power of ten, so that there are at most `n` in a range.
static double tick_distance(double range, double n)
{
    const double power = pow(10.0, floor(log10(range / n)));
    const double steps[] = {1.0, 2.0, 5.0, 10.0};
    for (int i = 0; i < 4; i++) {
        if (range / (steps[i] * power) <= n) {
            return steps[i] * power;
        }
    }
    return 10.0 * power;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/// The range that all but the few farthest points lie in, which would press the others flat.
static void find_range(const double *values, size_t n, double *low, double *high)
{
    enum { MAX_SAMPLE = 1000 };
    double sample[MAX_SAMPLE];
    const size_t stride = n / MAX_SAMPLE + 1;
    size_t count = 0;
    for (size_t i = 0; i < n && count < MAX_SAMPLE; i += stride) {
        if (isfinite(values[i])) {
            sample[count++] = values[i];
        }
    }
    *low = 0.0;
    *high = 1.0;
    if (count > 0) {
        qsort(sample, count, sizeof *sample, compare);
        *low = sample[count / 20];
        *high = sample[count - 1 - count / 20];
    }
    const double room = *high > *low ? 0.08 * (*high - *low) : fmax(0.5 * fabs(*low), 0.5);
    *low -= room;
    *high += room;
}

static void draw_axes(view *self, const axes *a, const char *unit)
{
    const double u = self->unit, size = 12.0 * u;
    const area *plot = &a->plot;
    char text[48];
    const double up = tick_distance(a->high - a->low, (plot->bottom - plot->top) / (34.0 * u));
    for (double y = ceil(a->low / up) * up; y <= a->high; y += up) {
        const double at = floor(to_y(a, y));
        paint_rectangle(&self->paint, (area){plot->left, at, plot->right, at + fmax(1.0, floor(u))},
                        HAIRLINE);
        view_format(fabs(y) < 1e-9 * up ? 0.0 : y, text, sizeof text);
        paint_text(&self->paint, plot->left - 8.0 * u, at, size, ALIGN_RIGHT, text, SOFT_INK);
    }
    const double along =
        fmax(1.0, tick_distance(a->right - a->left, (plot->right - plot->left) / (95.0 * u)));
    for (double x = ceil(a->left / along) * along; x <= a->right; x += along) {
        view_format(x, text, sizeof text);
        const double at = to_x(a, x);
        if (at + 0.5 * paint_text_width(&self->paint, size, text) <
            plot->right - paint_text_width(&self->paint, size, unit) - 8.0 * u) {
            paint_text(&self->paint, at, plot->bottom + 14.0 * u, size, ALIGN_CENTRE, text,
                       SOFT_INK);
        }
    }
    paint_text(&self->paint, plot->right, plot->bottom + 14.0 * u, size, ALIGN_RIGHT, unit,
               SOFT_INK);
}

/// A line through points, which lie `every` apart; with more points than pixels, the range in each pixel.
static void draw_line(view *self, const axes *a, const double *values, size_t n, double every,
                      double width, rill_color color)
{
    const double pixels = a->plot.right - a->plot.left;
    const size_t stride = (double)n > 2.0 * pixels ? (size_t)((double)n / pixels) : 1;
    double last_x = (double)NAN, last_y = (double)NAN;
    for (size_t i = 0; i < n; i += stride) {
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (size_t j = i; j < n && j < i + stride; j++) {
            if (isfinite(values[j])) {
                low = fmin(low, values[j]);
                high = fmax(high, values[j]);
            }
        }
        if (low > high) {
            last_x = (double)NAN;
            continue;
        }
        // far outside is as good as outside: pixels stay small numbers
        const double reach = a->high - a->low;
        low = fmin(fmax(low, a->low - reach), a->high + reach);
        high = fmin(fmax(high, a->low - reach), a->high + reach);
        const double x = to_x(a, (double)(i + 1) * every);
        if (stride > 1 && high > low) {
            paint_line(&self->paint, x, to_y(a, low), x, to_y(a, high), width, color);
        }
        const double y = to_y(a, 0.5 * (low + high));
        if (!isnan(last_x)) {
            paint_line(&self->paint, last_x, last_y, x, y, width, color);
        }
        last_x = x;
        last_y = y;
    }
    if (n == 1 && isfinite(values[0])) {
        paint_circle(&self->paint, to_x(a, every), to_y(a, values[0]), 2.0 * width, color);
    }
}

/// "evaluation_return, mean of the last 20", as a title.
static void write_title(const char *metric, int64_t n, char *text, size_t size)
{
    snprintf(text, size, n > 1 ? "%s, and mean of the last %lld points" : "%s", metric,
             (long long)n);
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    if (strncmp(text, "td ", 3) == 0 || strncmp(text, "rms ", 4) == 0) {
        for (char *c = text; *c != ' '; c++) {
            *c = (char)(*c - 'a' + 'A');
        }
    } else if (text[0] >= 'a' && text[0] <= 'z') {
        text[0] = (char)(text[0] - 'a' + 'A');
    }
}

static void write_in_the_middle(view *self, area room, const char *text)
{
    paint_text(&self->paint, 0.5 * (room.left + room.right), 0.5 * (room.top + room.bottom),
               14.0 * self->unit, ALIGN_CENTRE, text, SOFT_INK);
}

void view_draw_curve(view *self)
{
    const sight *seen = &self->learner->seen;
    const rill_experiment *experiment = self->learner->experiment;
    const double u = self->unit;
    const size_t n = seen->n_points;
    if (experiment->n_records == 0) {
        const area room = view_draw_sheet(self, self->curve, "Learning curve");
        write_in_the_middle(self, room, "the experiment records nothing");
        return;
    }
    const rill_record *record = &experiment->records[0];
    char name[48], title[128];
    rill_metric_write(record->metric, record->index, name);
    const int64_t window = n < 40 ? 1 : n < 400 ? (int64_t)n / 20 : 20 + (int64_t)n / 100;
    write_title(name, window, title, sizeof title);
    const area room = view_draw_sheet(self, self->curve, title);
    if (n == 0) { // axes would show numbers that nothing stands for
        write_in_the_middle(self, room, "nothing recorded yet");
        return;
    }
    axes a = {
        .plot = {room.left + 62.0 * u, room.top, room.right - 4.0 * u, room.bottom - 18.0 * u}};
    find_range(seen->curve, n, &a.low, &a.high);
    const double every = (double)record->every;
    a.left = 0.0;
    a.right = fmax((double)n, 10.0) * every;
    draw_axes(self, &a, rill_unit_name(record->unit));
    raster_clip_to(&self->paint.picture, a.plot.left, a.plot.top, a.plot.right, a.plot.bottom);
    double *smooth = malloc(n * sizeof *smooth);
    if (smooth != NULL) {
        rill_smooth(seen->curve, n, window, smooth);
        if (window > 1) {
            draw_line(self, &a, seen->curve, n, every, 1.0 * u, (rill_color){86, 180, 233, 120});
        }
        draw_line(self, &a, smooth, n, every, 2.2 * u, RILL_BLUE);
    }
    free(smooth);
    raster_clip_none(&self->paint.picture);
}
