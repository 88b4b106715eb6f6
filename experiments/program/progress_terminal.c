// Progress on a terminal: a line for each variant, as many as there is room for, and one for all.
//
//     Sarsa, alpha=0.1   12/100  ####......  1.2 M/s    0:42 left  return   -23.4  ▁▂▄▆▇▇██
//
// On a narrow terminal columns are left out, the least needed first. With `--live` the maps of grid worlds
// stand above.
#include "experiments/program/progress_state.h"
#include "experiments/program/text_width.h"

#include <inttypes.h>
#include <math.h>
#include <rill/sparkline.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    BAR = 10,
    MAX_LINES = 256,
    LEAST_LINES = 4, ///< that maps leave to variants
};

/// A number of the environment that is a size; else 0.
static int size_of(const char *variable)
{
    const char *text = getenv(variable);
    const long size = text == NULL ? 0 : strtol(text, NULL, 10);
    return size > 0 && size < 10000 ? (int)size : 0;
}

/// Looked up for each picture, so that it follows the window.
static void find_size(int *columns, int *lines)
{
    struct winsize window = {0};
    const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0;
    *columns = size_of("COLUMNS");
    *lines = size_of("LINES");
    *columns = *columns > 0 ? *columns : is_known && window.ws_col > 0 ? window.ws_col : 80;
    *lines = *lines > 0 ? *lines : is_known && window.ws_row > 0 ? window.ws_row : 24;
}

/// Whether the terminal is told to show UTF-8: by the first of these that is set.
static bool shows_utf8(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0') {
            return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL ||
                   strstr(value, "UTF8") != NULL || strstr(value, "utf-8") != NULL;
        }
    }
    return false;
}

// ------------------------------------------------------------------------------------------- a line

/// The columns, in the order in which they stand.
typedef enum column { LABEL, COUNT, BAR_COLUMN, RATE, LEFT, VALUE, CURVE, N_COLUMNS } column;

/// The first one is left out first.
static const column by_need[] = {BAR_COLUMN, LEFT, RATE, CURVE, VALUE, COUNT};

/// What stands in one line.
typedef struct cells {
    char text[N_COLUMNS][512];
} cells;

static void fill(const progress *p, const progress_variant *variant, bool is_plain, cells *line)
{
    char number[16], time[24];
    const int64_t all = variant->n_before + variant->n_missing;
    const int64_t done = variant->n_before + variant->n_noted;
    memset(line, 0, sizeof *line);
    snprintf(line->text[LABEL], sizeof line->text[LABEL], "%s", variant->label);
    snprintf(line->text[COUNT], sizeof line->text[COUNT], "%" PRId64 "/%" PRId64, done, all);
    for (int i = 0; i < BAR; i++) {
        line->text[BAR_COLUMN][i] =
            i < (int)(BAR * progress_done(variant) / (double)all) ? '#' : '.';
    }
    if (!isnan(variant->began)) {
        format_short(progress_rate(variant), number);
        snprintf(line->text[RATE], sizeof line->text[RATE], "%s/s", number);
    }
    const double left = progress_variant_left(variant);
    if (left > 0.0) { // and no NaN
        format_duration(left, time);
        snprintf(line->text[LEFT], sizeof line->text[LEFT], "%s left", time);
    }
    const double value = progress_value(variant);
    if (!isnan(value)) {
        double curve[PROGRESS_POINTS];
        snprintf(line->text[VALUE], sizeof line->text[VALUE], "%s %.5g", p->metric, value);
        progress_curve_of(variant, curve);
        rill_sparkline(curve, PROGRESS_POINTS, is_plain, line->text[CURVE]);
    }
}

/// Cuts a text to a width in columns, of which the last `tail` show its end; a sign tells that something is
/// missing.
static void cut(char *text, int width, int tail)
{
    const int all = text_width(text);
    if (all <= width) {
        return;
    }
    const char *end = text_column(text, all - tail);
    char *at = text + (text_column(text, width > tail ? width - tail - 1 : 0) - text);
    if (width > 0) {
        *at++ = '~';
    }
    memmove(at, end, strlen(end) + 1);
}

/// Leaves out what settings are called: "Sarsa, alpha=0.1" becomes "Sarsa, 0.1".
static void drop_names(char *label)
{
    for (char *at = strstr(label, ", "); at != NULL; at = strstr(at, ", ")) {
        at += 2;
        char *end = at + strcspn(at, ", =");
        if (*end == '=') {
            memmove(at, end + 1, strlen(end + 1) + 1);
        }
    }
}

/// Widths of columns, with 0 for those for which there is no room. False where labels must be cut.
static bool fit(const cells *lines, int n, int columns, int widths[N_COLUMNS])
{
    int total = 0, widest = 0;
    for (int j = 0; j < N_COLUMNS; j++) {
        widths[j] = 0;
        for (int i = 0; i < n; i++) {
            const int width = text_width(lines[i].text[j]);
            widths[j] = width > widths[j] ? width : widths[j];
        }
        widest = j == LABEL ? widths[j] : widest;
        total += widths[j] > 0 ? widths[j] + 2 : 0;
    }
    // a long label is shortened before a column goes, but not to less than 16
    for (size_t k = 0; total - 2 > columns && k <= sizeof by_need / sizeof by_need[0]; k++) {
        const int excess = total - 2 - columns;
        const int spare = widths[LABEL] > 16 ? widths[LABEL] - 16 : 0;
        const int less = excess < spare ? excess : spare;
        if (less == excess || k == sizeof by_need / sizeof by_need[0]) {
            widths[LABEL] -= less == excess           ? less
                             : excess < widths[LABEL] ? excess
                                                      : widths[LABEL];
            break;
        }
        total -= widths[by_need[k]] > 0 ? widths[by_need[k]] + 2 : 0;
        widths[by_need[k]] = 0;
    }
    return widths[LABEL] == widest;
}

/// Adds a line to the picture; answers its width.
static int print_line(FILE *frame, cells *line, const int widths[N_COLUMNS], bool has_color)
{
    int used = 0;
    const char *gap = "";
    for (int j = 0; j < N_COLUMNS; j++) {
        if (widths[j] == 0) {
            continue;
        }
        // variants differ at the end of their labels
        cut(line->text[j], widths[j], j == LABEL ? widths[j] * 2 / 3 : 0);
        const int blanks = widths[j] - text_width(line->text[j]);
        const bool is_to_the_right = j == COUNT || j == RATE || j == LEFT;
        const bool is_colored = has_color && (j == BAR_COLUMN || j == CURVE);
        fprintf(frame, "%s%*s%s%s%s%*s", gap, is_to_the_right ? blanks : 0, "",
                is_colored ? "\033[36m" : "", line->text[j], is_colored ? "\033[0m" : "",
                is_to_the_right ? 0 : blanks, "");
        used += widths[j] + (int)strlen(gap);
        gap = "  ";
    }
    fputs("\033[K\n", frame);
    return used;
}

// ---------------------------------------------------------------------------------------- a picture

/// How much a variant is to be seen: 0, runs under way; 1, some are to come; 2, done.
static int rank_of(const progress_variant *variant)
{
    return variant->now.running > 0 ? 0 : variant->n_noted < variant->n_missing ? 1 : 2;
}

/// Chooses up to `room` variants, those of a lower rank first; in their order. Answers how many.
static int choose(const progress *p, int room, const progress_variant **chosen)
{
    int counts[3] = {0, 0, 0}, n = 0;
    for (int32_t i = 0; i < p->n_variants; i++) {
        counts[rank_of(&p->variants[i])]++;
    }
    for (int rank = 0; rank < 3; rank++) {
        counts[rank] = counts[rank] < room ? counts[rank] : room;
        room -= counts[rank];
    }
    for (int32_t i = 0; i < p->n_variants; i++) {
        int *count = &counts[rank_of(&p->variants[i])];
        if (*count > 0) {
            --*count;
            chosen[n++] = &p->variants[i];
        }
    }
    return n;
}

/// Puts the cursor where the last picture began. Lines that have become wider than the window take several.
static void go_back(const progress_screen *screen, int columns, FILE *frame)
{
    int up = 0;
    for (int i = 0; i < screen->n_lines; i++) {
        up += screen->widths[i] > columns ? (screen->widths[i] + columns - 1) / columns : 1;
    }
    if (up > 0) {
        fprintf(frame, "\033[%dA", up);
    }
    fputc('\r', frame);
}

static int print_total(const progress *p, int n_hidden, int columns, FILE *frame)
{
    char rate[16], left[24], text[256];
    format_short(progress_total_rate(p), rate);
    int used = snprintf(text, sizeof text, "%" PRId64 "/%" PRId64 " runs, %s steps/s",
                        p->n_before + p->n_noted, p->n_before + p->n_missing, rate);
    const double seconds = progress_left(p);
    if (!isnan(seconds)) {
        format_duration(seconds, left);
        used += snprintf(text + used, sizeof text - (size_t)used, ", %s left", left);
    }
    if (n_hidden > 0) {
        snprintf(text + used, sizeof text - (size_t)used, "; %d more variant%s", n_hidden,
                 n_hidden == 1 ? "" : "s");
    }
    cut(text, columns, 0);
    fprintf(frame, "%s\033[K\n\033[J", text);
    return text_width(text);
}

static void remember(progress_screen *screen, int width)
{
    if (screen->n_lines < MAX_LINES) {
        screen->widths[screen->n_lines++] = width;
    }
}

/// Columns that a line of a map takes, without what sets its colours.
static int map_width(const char *line)
{
    int width = 0;
    for (const char *at = line; *at != '\0';) {
        const size_t n = strcspn(at, "\033");
        char part[1024];
        snprintf(part, sizeof part, "%.*s", (int)n, at);
        width += text_width(part);
        at += n;
        at += *at == '\0' ? 0 : strcspn(at, "m") + 1;
    }
    return width;
}

/// Adds the map of a variant.
static void print_map(progress *p, int32_t variant, const rill_text_view *style, FILE *frame)
{
    char *text = NULL, *rest = NULL;
    size_t size = 0;
    FILE *map = open_memstream(&text, &size);
    if (map == NULL) {
        return; // not this time
    }
    live_maps_draw(p->maps, variant, style, map);
    if (fclose(map) == 0) {
        bool is_title = true;
        for (char *line = strtok_r(text, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            if (is_title) {
                cut(line, style->columns, 0);
                is_title = false;
            }
            fprintf(frame, "%s\033[K\n", line);
            remember(&p->screen, map_width(line));
        }
    }
    free(text);
}

/// Adds the maps that there is room for, of variants with runs under way before others. Answers how many lines
/// that took.
static int print_maps(progress *p, const rill_text_view *style, int room, FILE *frame)
{
    const int all = room;
    bool *is_chosen = p->maps == NULL ? NULL : calloc((size_t)p->n_variants + 1, 1);
    for (int rank = 0; is_chosen != NULL && rank < 3; rank++) {
        for (int32_t i = 0; i < p->n_variants; i++) {
            const progress_variant *variant = &p->variants[i];
            const int height =
                variant->now.steps > 0 ? live_maps_height(p->maps, i, style->columns) : 0;
            if (rank_of(variant) == rank && height > 0 && height <= room) {
                is_chosen[i] = true;
                room -= height;
            }
        }
    }
    for (int32_t i = 0; is_chosen != NULL && i < p->n_variants; i++) {
        if (is_chosen[i]) {
            print_map(p, i, style, frame);
        }
    }
    free(is_chosen);
    return all - room;
}

void progress_draw(progress *p)
{
    progress_screen *screen = &p->screen;
    const bool is_plain = !shows_utf8();
    const char *no_color = getenv("NO_COLOR");
    const bool has_color = no_color == NULL || no_color[0] == '\0';
    int columns = 0, lines = 0;
    find_size(&columns, &lines);
    columns = columns > 1 ? columns - 1 : 1; // a line that ends at the edge may wrap
    int room = lines - 2 < MAX_LINES - 1 ? lines - 2 : MAX_LINES - 1;
    room = room > 0 ? room : 0;
    const int least = p->n_variants < LEAST_LINES ? p->n_variants : LEAST_LINES;
    const rill_text_view style = {.columns = columns, .is_plain = is_plain, .has_color = has_color};
    char *text = NULL;
    size_t size = 0;
    if (screen->widths == NULL) {
        screen->widths = calloc(MAX_LINES, sizeof *screen->widths);
    }
    const progress_variant **chosen = calloc((size_t)room + 1, sizeof(progress_variant *));
    cells *rows = calloc((size_t)room + 1, sizeof *rows);
    FILE *frame = open_memstream(&text, &size);
    if (screen->widths == NULL || chosen == NULL || rows == NULL || frame == NULL) {
        goto done; // no picture this time
    }
    go_back(screen, columns + 1, frame);
    screen->n_lines = 0;
    room -= print_maps(p, &style, room - least, frame);
    const int n = choose(p, room, chosen);
    int widths[N_COLUMNS];
    for (int i = 0; i < n; i++) {
        fill(p, chosen[i], is_plain, &rows[i]);
    }
    if (!fit(rows, n, columns, widths)) {
        for (int i = 0; i < n; i++) {
            drop_names(rows[i].text[LABEL]);
        }
        fit(rows, n, columns, widths);
    }
    for (int i = 0; i < n; i++) {
        remember(screen, print_line(frame, &rows[i], widths, has_color));
    }
    remember(screen, print_total(p, p->n_variants - n, columns, frame));
done:
    if (frame != NULL && fclose(frame) == 0) {
        fwrite(text, 1, size, stderr);
        fflush(stderr);
    }
    free(text);
    free(rows);
    free(chosen);
}

void progress_wipe(progress *p)
{
    int columns = 0, lines = 0;
    find_size(&columns, &lines);
    if (p->screen.n_lines > 0) {
        go_back(&p->screen, columns, stderr);
        fputs("\033[J", stderr);
        fflush(stderr);
        p->screen.n_lines = 0;
    }
}
