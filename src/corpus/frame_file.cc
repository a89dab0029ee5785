// JSON frames into a dataset file.
#include "continuo/corpus/frame_file.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/base/text.h"
#include "continuo/representation/frames.h"
#include "corpus/dataset_file_writer.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using representation::FrameCode;
using representation::KeySet;
using representation::Symbol;

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr double kSecondsPerQuarter = 0.5;
constexpr std::array<std::pair<const char*, Part>, 3> kParts = {
    {{"train", Part::kTrain}, {"valid", Part::kValidation}, {"test", Part::kTest}}};

[[noreturn]] void refuse(const fs::path& path, std::string message) {
  throw Error({.message = std::move(message),
               .path = path.string(),
               .hint = "The form is {\"train\": [...], \"valid\": [...], \"test\": [...]}: lists of pieces, which are "
                       "lists of frames, which are lists of MIDI pitches.",
               .code = ErrorCode::kDamaged});
}

const Json& list_at(const fs::path& path, const Json& value, const std::string& place) {
  if (!value.is_array()) refuse(path, place + " is not a list");
  return value;
}

KeySet keys_of(const fs::path& path, const Json& frame, const FrameCode& code, const std::string& place) {
  KeySet keys;
  for (const Json& pitch : list_at(path, frame, place)) {
    const int lowest = code.lowest();
    const int highest = lowest + code.keys() - 1;
    // Some copies have whole numbers as 60.0.
    const double value = pitch.is_number() ? pitch.get<double>() : -1;
    if (!(value >= lowest && value <= highest) || value != static_cast<int>(value))
      refuse(path, place + " holds " + pitch.dump().substr(0, 40) + ", which is no pitch from " +
                       std::to_string(lowest) + " to " + std::to_string(highest));
    keys.set(static_cast<std::size_t>(static_cast<int>(value) - lowest));
  }
  return keys;
}

void write(const fs::path& path, const Json& all, const representation::Representation& frames, const fs::path& to) {
  const FrameCode code(frames.spec());
  const double seconds = kSecondsPerQuarter / std::stoi(frames.spec().settings.at("steps"));
  DatasetFileWriter writer(to, StepKind::kWide, static_cast<std::uint32_t>(code.vocabulary_size()));
  for (const auto& [name, part] : kParts) {
    const auto found = all.find(name);
    if (found == all.end()) refuse(path, "has no \"" + std::string(name) + "\"");
    std::size_t number = 0;
    for (const Json& frames_of_piece : list_at(path, *found, name)) {
      Piece piece;
      piece.name = name + ("/" + std::to_string(number++));
      std::vector<Symbol> symbols = {representation::kStart};
      std::size_t count = 0;
      KeySet before;
      for (const Json& frame : list_at(path, frames_of_piece, piece.name)) {
        const KeySet keys = keys_of(path, frame, code, "frame " + std::to_string(count++) + " of " + piece.name);
        code.append(keys, symbols);
        piece.notes += (keys & ~before).count();
        before = keys;
      }
      symbols.push_back(representation::kEnd);
      writer.append(bytes_of(std::span<const Symbol>(symbols)));
      writer.end_piece({&piece, part}, static_cast<double>(count) * seconds);
    }
  }
  writer.finish(frames.spec());
}

}  // namespace

Dataset open_frame_file(const fs::path& path, const representation::RepresentationSpec& spec,
                        const fs::path& cache_folder) {
  const auto frames = representation::make(spec);
  const auto bytes = read_file(path, kMaxBytes);
  const std::string mark = "continuo " CONTINUO_VERSION " frames " + std::to_string(kDatasetVersion) + "\n" +
                           representation::to_json(frames->spec()) + "\n" + content_hash(bytes);
  const fs::path cached = cache_folder / (content_hash(mark) + ".dataset");
  std::error_code code;
  if (fs::exists(cached, code)) return Dataset(cached);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (json_depth(text) > kMaxJsonDepth) refuse(path, "nests deeper than " + std::to_string(kMaxJsonDepth) + " levels");
  const Json all = Json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
  if (!all.is_object()) refuse(path, "is not a JSON object");
  write(path, all, *frames, cached);
  return Dataset(cached);
}

}  // namespace continuo::corpus
