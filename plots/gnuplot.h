/// Figures by gnuplot: a script and its data are written beside the picture, so that it can be made again and
/// restyled without the results.
#ifndef RILL_PLOTS_GNUPLOT_H
#define RILL_PLOTS_GNUPLOT_H

#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/// A figure under way: F.gp and F.dat beside F.png, open for writing.
typedef struct gnuplot {
    FILE *script, *data;
    char *picture, *script_path, *data_path;
    const char *picture_name, *data_name; ///< without directories; in the paths
    bool
        is_svg; ///< whose terminal takes characters for wider and higher than they are: labels stand off
    double height; ///< of the picture, in its widths
    double top;    ///< of the axes, in heights of the picture
    int n_blocks;  ///< written to `data`
    char log[512]; ///< the first line that gnuplot said on its stderr
} gnuplot;

/// What all figures have.
typedef struct gnuplot_frame {
    const char *title, *subtitle; ///< wrapped; "" for none
    const char *x, *y;            ///< names of the axes; "" for none
    double height;                ///< of the picture, in its widths; 0: 0.6
    /// Room on the right of the axes, in widths of the picture, for what stands there; 0: none. Legends
    /// of `gnuplot_legend` see to theirs.
    double right;
} gnuplot_frame;

/// Whether a file name ends as pictures do. RILL_INVALID says what is allowed.
rill_status gnuplot_check_name(const char *picture, rill_error *error);

/// Whether gnuplot is there. RILL_IO says how to get it.
rill_status gnuplot_check(rill_error *error);

/// Opens the files of a figure and begins the script: terminal, fonts, colours, titles. RILL_INVALID, RILL_IO,
/// RILL_NO_MEMORY. After RILL_OK, end with `gnuplot_finish` or `gnuplot_abandon`.
rill_status gnuplot_open(gnuplot *figure, const char *picture, const gnuplot_frame *frame,
                         rill_error *error);

/// Closes the files and lets gnuplot draw; what it complains about is told. RILL_IO, then without a picture.
rill_status gnuplot_finish(gnuplot *figure, rill_error *error);

/// Removes what has been written.
void gnuplot_abandon(gnuplot *figure);

/// Begins a block of data with a comment; answers its number, for `index` in the script.
int gnuplot_block(gnuplot *figure, const char *comment);

/// A text for a gnuplot script: in single quotes, within which nothing is expanded or run.
void gnuplot_print_text(FILE *script, const char *text);

/// Places the legend of entries with these labels where it covers no curve: on the right or, where labels are
/// long, below. None for a single one.
typedef enum gnuplot_legend_place {
    GNUPLOT_LEGEND_NONE,
    GNUPLOT_LEGEND_RIGHT,
    GNUPLOT_LEGEND_BELOW,
} gnuplot_legend_place;
gnuplot_legend_place gnuplot_legend(gnuplot *figure, const char *const *labels, size_t n);

/// Colours for the whole numbers from 0 to n - 1, as of actions, with their names (n) beside the colour box;
/// viridis where there are too many to tell apart.
void gnuplot_name_colors(gnuplot *figure, const char *const *names, int n);

/// Characters of a text in UTF-8.
size_t gnuplot_text_length(const char *text);

#endif
