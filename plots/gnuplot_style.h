/// The one style of all figures: terminals, fonts, colours, titles.
#ifndef RILL_PLOTS_GNUPLOT_STYLE_H
#define RILL_PLOTS_GNUPLOT_STYLE_H

#include "plots/gnuplot.h"

enum { GNUPLOT_N_LINES = 8 }; ///< line types that are told apart

/// Begins a script.
void gnuplot_style_print(gnuplot *figure, const char *ending, const gnuplot_frame *frame);

#endif
