/// How wide UTF-8 texts are on a terminal: Chinese, Japanese and Korean characters take two columns.
#ifndef RILL_PROGRAM_TEXT_WIDTH_H
#define RILL_PROGRAM_TEXT_WIDTH_H

/// Columns that a text takes, for labels such as "Q-learning (α = 0.1)" or "策略迭代".
int text_width(const char *text);
/// Where the character begins that stands in a column, from 0; the end of a text that is not so wide.
const char *text_column(const char *text, int column);
/// Prints the text, and blanks up to a width in columns.
void print_padded(const char *text, int width);

#endif
