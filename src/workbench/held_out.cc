// Reads data the way that training did: by the recipe in the model file.
#include "continuo/workbench/held_out.h"

#include "continuo/base/error.h"
#include "continuo/training/recipe.h"
#include "continuo/workbench/recipe_data.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;

corpus::Dataset encode_folder(const weights::ModelFile& model, const representation::RepresentationSpec& spec,
                              const fs::path& folder, const ProgressSink& progress, const std::stop_token& stop) {
  training::Recipe recipe;
  if (const std::string& text = model.metadata(weights::kRecipeKey); !text.empty())
    recipe = training::parse_recipe(text);
  recipe.representation = spec;  // with the labels and the vocabulary that the model has
  return dataset_of(recipe, folder, {}, progress, stop);
}

}  // namespace

corpus::Dataset data_of(const weights::ModelFile& model, const fs::path& data, const ProgressSink& progress,
                        std::stop_token stop) {
  const std::string& text = model.metadata(weights::kRepresentationKey);
  if (text.empty())
    throw Error(ErrorCode::kUnsupported, "the model names no representation, so no data can be read for it");
  const auto spec = representation::spec_from_json(text);
  auto dataset = fs::is_directory(data) ? encode_folder(model, spec, data, progress, stop) : corpus::Dataset(data);
  if (!(dataset.spec() == spec)) {
    throw Error({.message = "its symbols are not those of the model: it is encoded as " + dataset.spec().name +
                            " with other settings, labels or vocabulary than the model's " + spec.name,
                 .path = data.string(),
                 .hint = "Give the folder that the model was trained on, or the dataset file made of it.",
                 .code = ErrorCode::kMismatch});
  }
  return dataset;
}

std::vector<evaluation::LabelledSequence> held_out(const corpus::Dataset& dataset, std::uint64_t symbols) {
  auto pieces = dataset.indices(corpus::Part::kValidation);
  if (pieces.empty()) pieces = dataset.indices(corpus::Part::kTest);
  const std::uint64_t share = symbols == 0 || pieces.empty() ? ~std::uint64_t{0} : symbols / pieces.size() + 2;
  std::vector<evaluation::LabelledSequence> sequences;
  for (const std::size_t i : pieces) {
    const corpus::EncodedPiece& piece = dataset.pieces()[i];
    if (piece.symbols.size() < 2) continue;
    sequences.push_back({piece.symbols.subview(0, share), piece.label});
  }
  if (sequences.empty())
    throw Error({.message = "nothing is held out: no piece of symbols lies in the validation or the test part",
                 .path = dataset.path().string(),
                 .code = ErrorCode::kEmpty});
  return sequences;
}

}  // namespace continuo::workbench
