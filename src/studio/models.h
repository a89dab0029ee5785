// Models: the one that the studio composes with, which may be one that it has learned.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "studio/request.h"

namespace continuo::studio {

/// Thread-safe. Works keep the model with which they began.
class Models {
 public:
  /// `base`: empty for the model that comes with Continuo; then what was chosen last in `folder` counts. Throws Error.
  Models(std::filesystem::path base, std::filesystem::path folder);

  std::shared_ptr<const StudioModel> current() const;
  /// Of which learning the current one is; empty: the base.
  std::string learning() const;
  const std::filesystem::path& base() const noexcept { return base_; }

  /// Keeps a copy of the file, so that what is learned later does not change what was composed with it. Throws Error.
  void use(const std::string& learning, const std::filesystem::path& file);
  void use_base();

 private:
  void restore();
  void choose(std::shared_ptr<const StudioModel> model, const std::string& learning, const std::string& file);

  std::filesystem::path base_, folder_;
  mutable std::mutex mutex_;
  std::shared_ptr<const StudioModel> current_;
  std::string learning_;
};

}  // namespace continuo::studio
