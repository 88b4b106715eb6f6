#include "plots/gnuplot_style.h"

#include <string.h>

/// Okabe and Ito's colours, told apart by people who are colour-blind ("Color Universal Design", 2008), those
/// first that differ most also in lightness; a grey in place of their yellow, which is too light for a line.
/// The second four are dashed, so that they are told apart in print too.
static const char *const line_colors[GNUPLOT_N_LINES] = {
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F",
};
static const int line_points[GNUPLOT_N_LINES] = {7, 5, 9, 13, 6, 4, 8, 12};

/// Where the parts of a picture lie, in its heights (from below) and widths.
enum { TITLE_WIDTH = 68, SUBTITLE_WIDTH = 96, MAX_LINES = 3 };

size_t gnuplot_text_length(const char *text)
{
    size_t n = 0;
    for (const char *c = text; *c != '\0'; c++) {
        n += ((unsigned char)*c & 0xC0) != 0x80;
    }
    return n;
}

/// Bytes of the next line of a text: as many words as fit, or a part of one that does not.
static size_t next_line(const char *text, size_t width)
{
    size_t n = 0, bytes = 0, at_space = 0;
    while (text[bytes] != '\0' && n <= width) {
        if (text[bytes] == ' ') {
            at_space = bytes;
        }
        bytes++;
        while (((unsigned char)text[bytes] & 0xC0) == 0x80) {
            bytes++;
        }
        n++;
    }
    if (n <= width) {
        return bytes;
    }
    while (bytes > 0 && ((unsigned char)text[bytes - 1] & 0xC0) == 0x80) {
        bytes--;
    }
    return at_space > 0 ? at_space : bytes - 1;
}

/// A text in bold for the svg terminal, which knows that in enhanced text alone: there nothing of it has a
/// meaning.
static void print_bold(FILE *script, const char *text)
{
    enum { MAX_BYTES = 512 };
    char bold[2 * MAX_BYTES + 16] = "{/:Bold ";
    size_t n = strlen(bold);
    for (size_t i = 0; text[i] != '\0' && i < MAX_BYTES; i++) {
        if (strchr("\\{}^_@&~", text[i]) != NULL) {
            bold[n++] = '\\';
        }
        bold[n++] = text[i];
    }
    memcpy(bold + n, "}", 2);
    gnuplot_print_text(script, bold);
}

/// Prints a text as labels, one a line, from `y` downwards; answers where the next would stand.
static double print_lines(FILE *script, const char *text, const char *font, bool is_svg_bold,
                          size_t width, double y, double step)
{
    for (int i = 0; i < MAX_LINES && text[0] != '\0'; i++) {
        const size_t bytes = next_line(text, width);
        const bool is_cut = i == MAX_LINES - 1 && text[bytes] != '\0';
        char line[512];
        snprintf(line, sizeof line, "%.*s%s", (int)(bytes < 480 ? bytes : 480), text,
                 is_cut ? "..." : "");
        fprintf(script, "set label ");
        if (is_svg_bold) {
            print_bold(script, line);
        } else {
            gnuplot_print_text(script, line);
        }
        fprintf(script, " at screen 0.02, screen %.4g left %s font %s\n", y,
                is_svg_bold ? "enhanced" : "noenhanced", font);
        y -= step;
        text += bytes;
        text += strspn(text, " ");
    }
    return y;
}

static void print_terminal(const gnuplot *figure, const char *ending, double height)
{
    FILE *script = figure->script;
    const bool is_svg = figure->is_svg;
    if (strcmp(ending, "pdf") == 0) {
        fprintf(
            script,
            "size = 9 # of the font, in points; all others follow\n"
            "set terminal pdfcairo size 6in, %.4gin font sprintf('Sans,%%g', size) fontscale 0.72 "
            "linewidth 1.2 background rgb 'white'\n",
            6.0 * height);
    } else if (is_svg) {
        fprintf(script,
                "size = 22 # of the font, in pixels; all others follow\n"
                "set terminal svg size 1200, %.0f dynamic font sprintf('sans-serif,%%g', "
                "size) linewidth 2 background rgb 'white'\n",
                1200.0 * height);
    } else {
        fprintf(script,
                "size = 18 # of the font, in points; all others follow\n"
                "set terminal pngcairo size 1200, %.0f font sprintf('Sans,%%g', size) linewidth 2 "
                "background rgb 'white'\n",
                1200.0 * height);
    }
    fprintf(script, "set output ");
    gnuplot_print_text(script, figure->picture_name);
    fprintf(script,
            "\nset encoding utf8\n"
            "large = sprintf('%s,%%g', 1.15 * size)\n"
            "small = sprintf('%s,%%g', 0.85 * size)\n"
            "point = %s # what the sizes of points are multiplied by\n",
            is_svg ? "sans-serif" : "Sans:Bold", is_svg ? "sans-serif" : "Sans",
            is_svg ? "0.5" : "1");
}

static void print_colors(FILE *script)
{
    fprintf(script, "\n# colours that the colour-blind can tell apart: lines (Okabe and Ito), and "
                    "fields (viridis)\n");
    for (int i = 0; i < GNUPLOT_N_LINES; i++) {
        fprintf(script, "set linetype %d linecolor rgb '%s' linewidth 1.5 pointtype %d%s\n", i + 1,
                line_colors[i], line_points[i], i < GNUPLOT_N_LINES / 2 ? "" : " dashtype '-'");
    }
    fprintf(script,
            "set palette defined (0 '#440154', 1 '#482878', 2 '#3E4989', 3 '#31688E', 4 '#26828E', "
            "5 '#1F9E89', 6 '#35B779', 7 '#6ECE58', 8 '#B5DE2B', 9 '#FDE725')\n");
}

void gnuplot_style_print(gnuplot *figure, const char *ending, const gnuplot_frame *frame)
{
    FILE *script = figure->script;
    figure->is_svg = strcmp(ending, "svg") == 0;
    const double height = figure->height = frame->height > 0.0 ? frame->height : 0.6;
    fprintf(script, "# Draws ");
    gnuplot_print_text(script, figure->picture_name);
    fprintf(script, " from the numbers in ");
    gnuplot_print_text(script, figure->data_name);
    fprintf(script, ": `gnuplot` and this file's name, in this directory.\n"
                    "# Change what you like; the same command writes it anew.\n");
    print_terminal(figure, ending, height);
    print_colors(script);
    fprintf(script, "\n# titles\n");
    double y = print_lines(script, frame->title, "large", figure->is_svg, TITLE_WIDTH,
                           1.0 - 0.032 / height, 0.033 / height);
    y = print_lines(script, frame->subtitle, "small textcolor rgb '#555555'", false, SUBTITLE_WIDTH,
                    y + 0.003 / height, 0.023 / height);
    figure->top = y - 0.012 / height;
    fprintf(script, "set tmargin at screen %.4g\n", figure->top);
    fprintf(script, "\n# axes: two lines, and a thin grid behind the data\n"
                    "set border 3 linecolor rgb '#555555' linewidth 0.8\n"
                    "set tics nomirror out scale 0.6 textcolor rgb '#333333'\n"
                    "set grid back linetype 1 dashtype 1 linecolor rgb '#E4E4E4' linewidth 0.6\n"
                    "set format '%%h'\n");
    fprintf(script, "set xlabel ");
    gnuplot_print_text(script, frame->x);
    fprintf(script, " noenhanced%s\nset ylabel ", figure->is_svg ? " offset 0, 0.5" : "");
    gnuplot_print_text(script, frame->y);
    fprintf(script, " noenhanced\n");
    fprintf(script, "set rmargin at screen %.4g\nset key off\n",
            frame->right > 0.0 ? 1.0 - frame->right : 0.97);
}

gnuplot_legend_place gnuplot_legend(gnuplot *figure, const char *const *labels, size_t n)
{
    enum { MAX_ON_THE_RIGHT = 24 };
    size_t longest = 0;
    if (n < 2) {
        return GNUPLOT_LEGEND_NONE;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t length = gnuplot_text_length(labels[i]);
        longest = length > longest ? length : longest;
    }
    fprintf(figure->script, "\n# the legend stands beside the curves, never on them\n");
    if (longest <= MAX_ON_THE_RIGHT) {
        fprintf(figure->script, "unset rmargin\n"
                                "set key outside right center vertical Left reverse noenhanced "
                                "samplen 1.5 spacing 1.3 width 1\n");
        return GNUPLOT_LEGEND_RIGHT;
    }
    const size_t columns = longest > 60 ? 1 : 2;
    const double rows = (double)((n + columns - 1) / columns);
    fprintf(figure->script,
            "set bmargin at screen %.4g\n"
            "set key at screen 0.02, screen 0.015 bottom left horizontal Left reverse noenhanced "
            "samplen 1.5 spacing 1.2 maxcols %zu font small\n",
            (0.095 + 0.025 * rows) / figure->height, columns);
    return GNUPLOT_LEGEND_BELOW;
}

void gnuplot_name_colors(gnuplot *figure, const char *const *names, int n)
{
    FILE *script = figure->script;
    fprintf(script, "\n# a colour for each number\n");
    if (n <= GNUPLOT_N_LINES && n > 1) {
        fprintf(script, "set palette defined (");
        for (int i = 0; i < n; i++) {
            fprintf(script, "%s%d '%s'", i == 0 ? "" : ", ", i, line_colors[i]);
        }
        fprintf(script, ") maxcolors %d\n", n);
    }
    fprintf(script, "set cbrange [-0.5:%d.5]\nset cbtics scale 0 noenhanced (", n - 1);
    for (int i = 0; i < n; i++) {
        fprintf(script, i == 0 ? "" : ", ");
        gnuplot_print_text(script, names[i]);
        fprintf(script, " %d", i);
    }
    fprintf(script, ")\n");
}
