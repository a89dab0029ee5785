// A session of continuo.h samples as the model proposes, as `compose` does, unless its settings say otherwise.
#include <gtest/gtest.h>

#include "continuo.h"
#include "continuo/generation/session.h"
#include "continuo/workbench/compose.h"
#include "unit/workbench/collection.h"

namespace continuo::workbench {
namespace {

using Symbols = std::vector<representation::Symbol>;

class CSession : public FolderTest {
 protected:
  /// The weights of model() with a proposal.
  std::filesystem::path proposing() const {
    return model("proposing.safetensors", R"({"temperature": 0.4, "top_p": 0.6, "kinds": {"pitch": 0.2}})");
  }
};

Symbols by_c(const std::filesystem::path& path, const std::string& sampling) {
  continuo_model* const model = continuo_model_load(path.c_str());
  EXPECT_NE(model, nullptr) << continuo_last_error();
  const std::string settings = R"({"symbols": 100, "go_on": true, "seed": 5)" + sampling + "}";
  continuo_session* const session = continuo_session_new(model, settings.c_str(), nullptr, 0);
  EXPECT_NE(session, nullptr) << continuo_last_error();
  while (!continuo_finished(continuo_session_next(session))) {
  }
  const std::uint16_t* symbols = nullptr;
  const std::size_t count = continuo_session_symbols(session, &symbols);
  const Symbols all(symbols, symbols + count);
  continuo_session_free(session);
  continuo_model_free(model);
  return all;
}

/// As the command does it: what the user asked for over what the model proposes.
Symbols by_compose(const std::filesystem::path& path, const generation::SamplingOptions& sampling,
                   const generation::Asked& asked) {
  ComposeRequest request{.model = path};
  request.compose.symbols = 100;
  request.compose.stop_at_end = false;
  request.compose.seed = 5;
  request.compose.sampling = sampling;
  request.asked = asked;
  const ComposeTask task = prepare(request, weights::ModelFile::load(path));
  generation::Session session(task.model, task.options);
  while (!finished(session.next())) {
  }
  return {session.symbols().begin(), session.symbols().end()};
}

TEST_F(CSession, SamplesAsTheModelProposesLikeTheCommand) {
  const auto path = proposing();
  const Symbols proposed = by_c(path, "");
  EXPECT_EQ(proposed, by_compose(path, {}, {}));
  EXPECT_NE(proposed, by_c(model(), "")) << "the proposal changes nothing, so this test sees nothing";
}

TEST_F(CSession, SettingsComeBeforeWhatTheModelProposes) {
  const auto path = proposing();
  const Symbols hot = by_c(path, R"(, "temperature": 1.5)");
  EXPECT_EQ(hot, by_compose(path, {.temperature = 1.5}, {.temperature = true})) << "its top-p still counts";
  EXPECT_NE(hot, by_c(path, ""));
  const Symbols wide = by_c(path, R"(, "top_p": 1.0)");
  EXPECT_EQ(wide, by_compose(path, {.top_p = 1.0}, {.top_p = true})) << "its temperatures still count";
  EXPECT_NE(wide, by_c(path, ""));
}

}  // namespace
}  // namespace continuo::workbench
