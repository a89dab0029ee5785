// Polyphonic music by frames in the form in which the field passes it on: {"train": [...], "valid": [...], "test":
// [...]}; a part is a list of pieces, a piece a list of frames, a frame the list of the MIDI pitches that sound, empty
// for silence.
#pragma once

#include <filesystem>

#include "continuo/corpus/dataset.h"

namespace continuo::corpus {

/// Reads such a file as a dataset of `spec`, which must be of `frames`, in a cache file below `cache_folder` named by
/// the content and the settings. The parts are the file's own; pieces are named by part and place ("test/12"); what
/// lasts a step of spec lasts a frame. Throws Error naming the part, piece and frame that cannot be: no such file, not
/// of this form, or a pitch outside the range of spec.
Dataset open_frame_file(const std::filesystem::path& path, const representation::RepresentationSpec& spec,
                        const std::filesystem::path& cache_folder);

}  // namespace continuo::corpus
