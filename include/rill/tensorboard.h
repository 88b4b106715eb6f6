/// Event files, as TensorBoard reads them: numbers and texts by step, in TFRecord frames. (lab library)
///
/// A frame is the length of its data (8 bytes, little-endian), the masked CRC-32C of these 8 bytes, the data,
/// and the masked CRC-32C of the data; a CRC c is masked as ((c >> 15) | (c << 17)) + 0xa282ead8. The data is
/// a protocol buffer of the type tensorflow.Event.
#ifndef RILL_TENSORBOARD_H
#define RILL_TENSORBOARD_H

#include <rill/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4) of (n) bytes, not masked.
RILL_API uint32_t rill_crc32c(const void *bytes, size_t n);

typedef struct rill_event_file rill_event_file;

/// Creates a file, in place of one that is there. TensorBoard takes files whose name contains "tfevents", and
/// each directory with one for a run. `wall_time` is that of its first event, in seconds since 1970.
/// RILL_IO, RILL_NO_MEMORY.
RILL_API rill_status rill_event_file_create(rill_event_file **file, const char *path,
                                            double wall_time, rill_error *error);

/// Adds a number at a step; it is stored in single precision. What goes wrong is said when the file is closed.
RILL_API void rill_event_file_scalar(rill_event_file *file, const char *tag, int64_t step,
                                     double wall_time, double value);
/// Adds a text, which is shown as Markdown.
RILL_API void rill_event_file_text(rill_event_file *file, const char *tag, int64_t step,
                                   double wall_time, const char *text);

/// NULL is fine. RILL_IO when the file is not whole (a full disk), RILL_NO_MEMORY.
RILL_API rill_status rill_event_file_close(rill_event_file *file, rill_error *error);

#ifdef __cplusplus
}
#endif
#endif
