// The files that commands write: one table from a file name's extension to the kind of file and its media type.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/audio/render.h"
#include "continuo/base/progress.h"
#include "continuo/music/score.h"
#include "continuo/plot/plot.h"

namespace continuo::workbench {

enum class OutputKind : std::uint8_t { kMidi, kSound, kPicture, kTable, kPage };

struct OutputFormat {
  std::string_view extension;  ///< ".mid"
  OutputKind kind;
  std::string_view media_type;  ///< "audio/midi"
};

/// Every format that can be written, those of a kind together, the usual one first.
std::span<const OutputFormat> output_formats() noexcept;

/// By the extension, whatever its case; nothing where no format has it.
std::optional<OutputKind> output_kind(const std::filesystem::path& path);
/// As output_kind() says.
bool is_midi(const std::filesystem::path& path);
bool is_sound(const std::filesystem::path& path);
bool is_picture(const std::filesystem::path& path);
bool is_table(const std::filesystem::path& path);
bool is_page(const std::filesystem::path& path);

/// "Use .mid or .midi for MIDI, .png or .svg for a picture."
std::string extensions_in_words(std::span<const OutputKind> kinds);

/// Every file to write once, in the order of `asked`. A name without an extension stands for one with each of
/// `extensions`. Throws Error for a name that is empty or a folder's, and for an extension of none of `kinds`
/// (kUnsupported, with those that there are).
std::vector<std::filesystem::path> named_outputs(std::span<const std::filesystem::path> asked,
                                                 std::initializer_list<OutputKind> kinds,
                                                 std::initializer_list<std::string_view> extensions = {});

/// Of several pieces each has its number, from 1, in its name: "new-1.mid". `index` counts from 0.
std::filesystem::path numbered(const std::filesystem::path& path, int index, int count);

/// Writes a score to each of `paths`, MIDI, sound or picture by their extensions; sound is rendered once for all. The
/// result is that of the sound, nothing where there is none. Throws Error; Interrupted.
std::optional<audio::RenderedFiles> write_score(const Score& score, std::span<const std::filesystem::path> paths,
                                                const audio::RenderOptions& render, const plot::PianoRollOptions& roll,
                                                const ProgressSink& progress = {}, const std::stop_token& stop = {});

}  // namespace continuo::workbench
