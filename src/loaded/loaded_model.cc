// A model file's parts, and whether they fit.
#include "continuo/loaded/loaded_model.h"

#include <string>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/loaded/frame_head.h"

namespace continuo::loaded {
namespace {

constexpr const char* kDamaged = "The file is damaged or was made by another version.";

[[noreturn]] void refuse(std::string message, const std::filesystem::path& path) {
  throw Error({.message = std::move(message), .path = path.string(), .hint = kDamaged, .code = ErrorCode::kMismatch});
}

const std::string& text_of(const weights::Metadata& metadata, const char* key) {
  static const std::string kNone;
  const auto found = metadata.find(key);
  return found == metadata.end() ? kNone : found->second;
}

InstrumentRanges ranges_of(const weights::Metadata& metadata, const std::filesystem::path& path) {
  try {
    return ranges_from_text(text_of(metadata, weights::kRangesKey));
  } catch (const Error&) {
    refuse("its ranges of instruments cannot be read", path);
  }
}

LoadedModel join(std::shared_ptr<const engine::Model> model, const weights::Metadata& metadata,
                 const std::filesystem::path& path) {
  const auto spec = representation_of(metadata, path);
  LoadedModel loaded;
  loaded.representation = representation::make(spec);
  loaded.model = std::move(model);
  loaded.ranges = ranges_of(metadata, path);
  const weights::NetworkSpec& network = loaded.model->spec();
  if (network.reads_frames()) {
    if (representation::time_base(spec.name) != representation::TimeBase::kFrames)
      refuse("its network reads frames, its representation has none", path);
    loaded.frames = std::make_shared<representation::FrameCode>(loaded.representation->spec());
    loaded.frame_head();  // throws where they do not fit
    return loaded;
  }
  const std::size_t symbols = loaded.representation->vocabulary().size();
  if (symbols != static_cast<std::size_t>(network.vocabulary_size))
    refuse("its network has " + std::to_string(network.vocabulary_size) + " symbols, its representation " +
               std::to_string(symbols),
           path);
  return loaded;
}

LoadedModel without_filter(const weights::ModelFile& file, const std::filesystem::path& path,
                           const engine::Options& options) {
  return join(engine::Model::create(file, options), file.all_metadata(), path);
}

}  // namespace

LoadedModel LoadedModel::load(const std::filesystem::path& path, const engine::Options& options) {
  return from(weights::ModelFile::load(path), path, options);
}

LoadedModel LoadedModel::parse(std::vector<std::uint8_t> model, std::span<const std::uint8_t> filter,
                               const engine::Options& options) {
  LoadedModel loaded = without_filter(weights::ModelFile::parse(std::move(model)), {}, options);
  if (!filter.empty()) loaded.known = std::make_shared<PassageFilter>(PassageFilter::parse(filter));
  return loaded;
}

LoadedModel LoadedModel::from(const weights::ModelFile& file, const std::filesystem::path& path,
                              const engine::Options& options) {
  LoadedModel loaded = without_filter(file, path, options);
  const auto filter = passage_filter_of(path);
  if (!path.empty() && std::filesystem::exists(filter))
    loaded.known = std::make_shared<PassageFilter>(PassageFilter::open(filter));
  return loaded;
}

LoadedModel LoadedModel::of(std::shared_ptr<const engine::Model> model, const weights::Metadata& metadata,
                            std::shared_ptr<const KnownPassages> known) {
  LoadedModel loaded = join(std::move(model), metadata, {});
  loaded.known = std::move(known);
  return loaded;
}

representation::FrameHead LoadedModel::frame_head() const { return loaded::frame_head(model->spec(), *frames); }

representation::RepresentationSpec representation_of(const weights::Metadata& metadata,
                                                     const std::filesystem::path& path) {
  const std::string& spec = text_of(metadata, weights::kRepresentationKey);
  if (spec.empty()) {
    throw Error({.message = "names no representation, so its symbols have no meaning",
                 .path = path.string(),
                 .hint = "Compose with a model that Continuo trained on music.",
                 .code = ErrorCode::kUnsupported});
  }
  return representation::spec_from_json(spec);
}

}  // namespace continuo::loaded
