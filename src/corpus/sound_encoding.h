// A collection as sound: sound files read, scores rendered, both prepared alike and encoded piece by piece.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/representation/sound.h"
#include "corpus/dataset_file_writer.h"

namespace continuo::corpus {

/// What the content of a dataset depends on beside its files and settings: how a fixed sound is encoded, the SoundFont
/// (none: empty) and the version of FluidSynth, and how sound is prepared.
std::string sound_mark(const representation::RepresentationSpec& spec, const std::filesystem::path& soundfont);

/// Writes the dataset file `path`. Every core works on a piece of its own; samples and steps wait in unnamed files in
/// the folder of `path`, so that memory does not grow with the pieces. Throws Error; Interrupted.
void encode_sound(const std::vector<Task>& tasks, const representation::RepresentationSpec& spec,
                  const std::filesystem::path& soundfont, const std::filesystem::path& path,
                  const ProgressSink& progress, std::stop_token stop);

}  // namespace continuo::corpus
