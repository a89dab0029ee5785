// The table of what can be written, and what follows from it.
#include "continuo/workbench/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "continuo/base/error.h"
#include "continuo/midi/midi.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;

constexpr std::array<OutputFormat, 9> kFormats = {{{".mid", OutputKind::kMidi, "audio/midi"},
                                                   {".midi", OutputKind::kMidi, "audio/midi"},
                                                   {".wav", OutputKind::kSound, "audio/wav"},
                                                   {".flac", OutputKind::kSound, "audio/flac"},
                                                   {".ogg", OutputKind::kSound, "audio/ogg"},
                                                   {".png", OutputKind::kPicture, "image/png"},
                                                   {".svg", OutputKind::kPicture, "image/svg+xml"},
                                                   {".csv", OutputKind::kTable, "text/csv"},
                                                   {".html", OutputKind::kPage, "text/html"}}};

std::string_view in_words(OutputKind kind) {
  switch (kind) {
    case OutputKind::kMidi:
      return "MIDI";
    case OutputKind::kSound:
      return "sound";
    case OutputKind::kPicture:
      return "a picture";
    case OutputKind::kTable:
      return "a table";
    case OutputKind::kPage:
      return "a page";
  }
  return "";
}

/// "a", "a or b", "a, b or c".
std::string alternatives(std::span<const std::string> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

[[noreturn]] void refuse(const fs::path& path, std::span<const OutputKind> kinds,
                         std::span<const std::string_view> extensions) {
  std::string hint = extensions_in_words(kinds);
  if (!extensions.empty()) {
    std::vector<std::string> all(extensions.begin(), extensions.end());
    hint += " No extension stands for " + fmt::format("{}", fmt::join(all, " and ")) + ".";
  }
  throw Error(
      {.message = "unsupported file extension", .path = path.string(), .hint = hint, .code = ErrorCode::kUnsupported});
}

}  // namespace

std::span<const OutputFormat> output_formats() noexcept { return kFormats; }

std::optional<OutputKind> output_kind(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto* const found = std::ranges::find(kFormats, extension, &OutputFormat::extension);
  if (found == kFormats.end()) return std::nullopt;
  return found->kind;
}

bool is_midi(const fs::path& path) { return output_kind(path) == OutputKind::kMidi; }
bool is_sound(const fs::path& path) { return output_kind(path) == OutputKind::kSound; }
bool is_picture(const fs::path& path) { return output_kind(path) == OutputKind::kPicture; }
bool is_table(const fs::path& path) { return output_kind(path) == OutputKind::kTable; }
bool is_page(const fs::path& path) { return output_kind(path) == OutputKind::kPage; }

std::string extensions_in_words(std::span<const OutputKind> kinds) {
  std::vector<std::string> parts;
  for (const OutputKind kind : kinds) {
    std::vector<std::string> extensions;
    for (const OutputFormat& format : kFormats)
      if (format.kind == kind) extensions.emplace_back(format.extension);
    parts.push_back(fmt::format("{} for {}", alternatives(extensions), in_words(kind)));
  }
  return fmt::format("Use {}.", fmt::join(parts, ", "));
}

std::vector<fs::path> named_outputs(std::span<const fs::path> asked, std::initializer_list<OutputKind> kinds,
                                    std::initializer_list<std::string_view> extensions) {
  std::vector<fs::path> outputs;
  const auto add = [&](const fs::path& path) {
    const auto same = [&](const fs::path& other) { return other.lexically_normal() == path.lexically_normal(); };
    if (std::ranges::none_of(outputs, same)) outputs.push_back(path);
  };
  for (const fs::path& path : asked) {
    if (path.empty())
      throw Error({.message = "the name of a file to write is empty",
                   .hint = "Give a name, as in -o new.",
                   .code = ErrorCode::kInvalidArgument});
    if (path.filename().empty() || path.filename() == "." || path.filename() == "..")
      throw Error({.message = "is a folder, not a file to write",
                   .path = path.string(),
                   .hint = "Add a name for the file, as in " + (path / "new").string() + ".",
                   .code = ErrorCode::kInvalidArgument});
    if (path.extension().empty() && extensions.size() > 0) {
      for (const std::string_view extension : extensions) add(fs::path(path) += extension);
      continue;
    }
    const auto kind = output_kind(path);
    if (!kind || std::ranges::find(kinds, *kind) == kinds.end())
      refuse(path, {kinds.begin(), kinds.size()}, {extensions.begin(), extensions.size()});
    add(path);
  }
  return outputs;
}

fs::path numbered(const fs::path& path, int index, int count) {
  if (count == 1) return path;
  return path.parent_path() / fmt::format("{}-{}{}", path.stem().string(), index + 1, path.extension().string());
}

std::optional<audio::RenderedFiles> write_score(const Score& score, std::span<const fs::path> paths,
                                                const audio::RenderOptions& render, const plot::PianoRollOptions& roll,
                                                const ProgressSink& progress, const std::stop_token& stop) {
  std::vector<fs::path> sounds;
  for (const fs::path& path : paths) {
    const auto kind = output_kind(path);
    if (kind == OutputKind::kMidi) {
      midi::write_file(path, score);
    } else if (kind == OutputKind::kPicture) {
      plot::piano_roll(path, score, roll);
    } else if (kind == OutputKind::kSound) {
      sounds.push_back(path);
    } else {
      constexpr std::array kKinds = {OutputKind::kMidi, OutputKind::kSound, OutputKind::kPicture};
      refuse(path, kKinds, {});
    }
  }
  if (sounds.empty()) return std::nullopt;
  return audio::render_to_files(score, sounds, render, progress, stop);
}

}  // namespace continuo::workbench
