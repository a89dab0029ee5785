// From a folder and a recipe to a dataset, in the three steps of corpus.
#include "continuo/workbench/recipe_data.h"

#include "continuo/base/error.h"
#include "continuo/representation/sound.h"
#include "continuo/workbench/default_cache.h"

namespace continuo::workbench {

corpus::Collection scan_for(const training::Recipe& recipe, const std::filesystem::path& folder,
                            const ProgressSink& progress, const std::stop_token& stop) {
  corpus::ScanOptions options = recipe.collection;
  options.sound = representation::reads_sound(recipe.representation.name);
  auto collection = corpus::scan(folder, options, progress, stop);
  if (collection.pieces.empty())
    throw Error({.message = "no piece passes the filters",
                 .path = folder.string(),
                 .code = ErrorCode::kEmpty,
                 .remedy = Remedy::kScan,
                 .about = "any-length"});
  return collection;
}

corpus::Dataset encode_for(const training::Recipe& recipe, const corpus::Collection& collection,
                           const std::filesystem::path& cache, const ProgressSink& progress,
                           const std::stop_token& stop) {
  const auto split = corpus::split(collection, recipe.split);
  return corpus::open_dataset(collection, split, recipe.representation, cache.empty() ? default_cache() : cache,
                              progress, stop);
}

corpus::Dataset dataset_of(const training::Recipe& recipe, const std::filesystem::path& folder,
                           const std::filesystem::path& cache, const ProgressSink& progress,
                           const std::stop_token& stop) {
  return encode_for(recipe, scan_for(recipe, folder, progress, stop), cache, progress, stop);
}

}  // namespace continuo::workbench
