// Small networks of every row, made without knowing any: what tests take for networks that have no case of their own.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/weights/network_info.h"

namespace continuo::weights {

/// Makes every number of a network's options 8 at most, as far as its limits allow, and drops nothing.
class Shrink final : public OptionVisitor {
 public:
  void section(std::string_view) override {}
  void option(const OptionInfo& info, int& value) override { shrink(info, value); }
  void option(const OptionInfo&, float& value) override { value = 0; }
  void option(const OptionInfo& info, std::vector<int>& values) override {
    if (values.size() > 2) values.erase(values.begin() + 2, values.end());
    for (int& value : values) shrink(info, value);
  }
  void option(const OptionInfo&, std::string&, std::span<const std::string_view>) override {}

 private:
  static void shrink(const OptionInfo& info, int& value) {
    value = std::max(static_cast<int>(info.limits.low), std::min(value, 8));
  }
};

inline NetworkSpec shrunk_network(std::string_view name, int vocabulary) {
  NetworkSpec spec = default_network(std::string(name));
  spec.vocabulary_size = vocabulary;
  Shrink shrink;
  visit_options(spec, shrink);
  return spec;
}

/// Of every row whose name is none of `known`: with labels and with frames where it can have them. So that a new
/// network is tested before anybody writes cases for it.
inline std::vector<NetworkSpec> other_networks(const std::vector<std::string>& known, int vocabulary) {
  std::vector<NetworkSpec> specs;
  for (const NetworkInfo* row : network_infos()) {
    if (std::find(known.begin(), known.end(), row->name) != known.end() || row->is_counted) continue;
    specs.push_back(shrunk_network(row->name, vocabulary));
    if (row->takes_labels) {
      specs.push_back(specs.back());
      specs.back().labels = 3;
    }
    if (row->reads_frames) {
      specs.push_back(specs.back());
      specs.back().output = kReal;
    }
  }
  return specs;
}

}  // namespace continuo::weights
