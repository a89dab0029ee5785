// continuo inspect: what is in a MIDI file, a model or a sound file, and how a representation writes a piece.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <memory>

#include "commands.h"
#include "continuo/audio/sound_source.h"
#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/base/text.h"
#include "continuo/representation/representation.h"
#include "inspect.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

struct InspectOptions {
  std::vector<fs::path> files;
  EncodingView encoding;
  bool whole_recipe = false;
};

enum class Kind { kMidi, kModel, kAudio };

bool is_called_sound(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::find(audio::sound_extensions(), extension) != audio::sound_extensions().end();
}

/// Whether libsndfile reads it.
bool holds_sound(const fs::path& path) {
  try {
    audio::open_file(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// By what it holds, whatever its name. A pipe, which can be read only once, is taken for MIDI, and what nothing tells
/// is left to the MIDI reader, whose message is the better one.
Kind kind_of(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return Kind::kMidi;
  std::array<char, 12> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  const std::string_view head(bytes.data(), static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  if (head.starts_with("MThd") || head.ends_with("RMID")) return Kind::kMidi;
  if (path.extension() == ".safetensors" || (head.size() > 8 && head[8] == '{')) return Kind::kModel;
  return is_called_sound(path) || holds_sound(path) ? Kind::kAudio : Kind::kMidi;
}

void run_inspect(const InspectOptions& options) {
  bool first = true;
  for (const fs::path& path : options.files) {
    if (!first) fmt::print("\n");
    first = false;
    switch (kind_of(path)) {
      case Kind::kModel:
        print_model(path, options.whole_recipe);
        break;
      case Kind::kAudio:
        print_sound(path);
        break;
      case Kind::kMidi: {
        const midi::ReadResult read = midi::read_file(path);
        print_midi(path, read);
        if (!options.encoding.representation.empty() || !options.encoding.model.empty()) {
          print_encoding(read.score, options.encoding);
        }
        break;
      }
    }
  }
}

}  // namespace

std::string printable(std::string_view text, std::size_t length) {
  std::string result;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (characters++ == length) return result + "...";
    const std::size_t size = utf8_length(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    if (size == 1) {
      result += byte < 32 || byte == 127 ? ' ' : text[at];
    } else if (size > 1) {
      const bool control = byte == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0;
      result += control ? " " : text.substr(at, size);
    } else if (byte >= 0xa0) {  // not UTF-8, so Latin-1, as old files have it
      result += static_cast<char>(0xc0 | byte >> 6);
      result += static_cast<char>(0x80 | (byte & 0x3f));
    } else {
      result += '?';
    }
    at += std::max<std::size_t>(1, size);
  }
  return result;
}

void add_inspect(CLI::App& app) {
  auto options = std::make_shared<InspectOptions>();
  auto* command = app.add_subcommand(
      "inspect", "Tell what is in a MIDI file, a model or a sound file, or print a piece as symbols");
  command->add_option("files", options->files, "MIDI files, models (.safetensors) or sound files")->required();
  std::string names;
  for (const auto& name : representation::representation_names()) names += (names.empty() ? "" : ", ") + name;
  command->add_option("--representation", options->encoding.representation,
                      "print the piece as the symbols of this representation: " + names);
  command
      ->add_option("--set", options->encoding.settings, "a setting of the representation, NAME=VALUE; repeat for more")
      ->allow_extra_args(false);
  command->add_option("--model", options->encoding.model,
                      "print the piece in the representation of this model, with its vocabulary");
  command->add_option("--limit", options->encoding.limit, "print so many lines of symbols; 0: all")
      ->check(whole(0, 1'000'000'000))
      ->capture_default_str();
  command->add_flag("--recipe", options->whole_recipe, "print the whole recipe by which a model was trained");
  std::string settings;
  for (const auto& name : representation::representation_names()) {
    settings += "Settings of " + name + ":\n";
    for (const auto& setting : representation::default_settings(name)) {
      settings += fmt::format("  {:<26} {}\n", setting.name + "=" + setting.value, setting.explanation);
    }
  }
  command->footer(settings +
                  "Examples:\n"
                  "  continuo inspect piece.mid\n"
                  "  continuo inspect trained/best.safetensors\n"
                  "  continuo inspect new.wav\n"
                  "  continuo inspect piece.mid --representation remi --limit 8\n"
                  "  continuo inspect piece.mid --representation remi --set positions=24 --set velocities=0\n"
                  "  continuo inspect piece.mid --model trained/best.safetensors --limit 0");
  command->callback([options] { run_inspect(*options); });
}

}  // namespace continuo::app
