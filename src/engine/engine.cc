// The registry of networks.
#include "continuo/engine/engine.h"

#include <string_view>

#include "continuo/base/error.h"
#include "engine/networks.h"

namespace continuo::engine {
namespace {

struct Entry {
  std::string_view name;
  std::shared_ptr<const Model> (*create)(const weights::ModelFile& file);
};

constexpr Entry kNetworks[] = {
    {"wavenet", create_wavenet},           {"lstm", create_lstm},           {"gru", create_gru},
    {"wavenet-lstm", create_wavenet_lstm}, {"guide-cnn", create_guide_cnn}, {"markov", create_markov},
};

}  // namespace

std::shared_ptr<const Model> Model::create(const weights::ModelFile& file) {
  const std::string name = file.network().name();
  for (const Entry& entry : kNetworks)
    if (entry.name == name) return entry.create(file);
  throw Error({.message = "the engine does not know the network " + name,
               .hint = "The model may come from a newer version of Continuo."});
}

}  // namespace continuo::engine
