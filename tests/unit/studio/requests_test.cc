// Requests as the fuzzer has them, and what must hold for every answer.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/midi/midi.h"
#include "continuo/studio/server.h"
#include "continuo/studio/studio.h"

namespace continuo::studio {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Requests : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("continuo-studio-" + std::to_string(getpid()));
    studio_ = std::make_unique<Studio>(StudioOptions{.folder = folder_ / "pieces"});
  }
  static void TearDownTestSuite() {
    studio_.reset();
    fs::remove_all(folder_);
  }
  static Reply ask(const std::string& method, const std::string& path, const std::string& body = {},
                   const std::string& type = "application/json") {
    return studio_->answer({.method = method, .path = path, .type = type, .body = body});
  }
  /// A piece of one track with the notes 60, 64 and 67; its address.
  static std::string opened() {
    Score score;
    score.tracks = {{.notes = {{0, 480, 60}, {480, 480, 64}, {960, 480, 67}}}};
    const auto bytes = midi::write(score);
    const Reply reply = ask("POST", "/api/v1/pieces", {bytes.begin(), bytes.end()}, "audio/midi");
    return "/api/v1/pieces/" + json::parse(reply.body)["piece"]["id"].get<std::string>();
  }

  static inline fs::path folder_;
  static inline std::unique_ptr<Studio> studio_;
};

TEST_F(Requests, ErrorsAreJsonWithWords) {
  for (const char* path : {"", "/", "/api", "/api/v2/about", "/api/v1/pieces/x", "/api/v1/pieces/../x",
                           "/api/v1/pieces//takes/1", "/api/v1/pieces/removed", "/api/v1/about/more"})
    for (const char* method : {"GET", "PUT", "DELETE", "PATCH", ""}) {
      const Reply reply = ask(method, path);
      EXPECT_TRUE(reply.status == 404 || reply.status == 400) << method << " " << path << ": " << reply.status;
      EXPECT_FALSE(json::parse(reply.body)["error"]["message"].get<std::string>().empty());
    }
}

TEST_F(Requests, SeedsOfTheFuzzerAreAnswered) {
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(CONTINUO_SOURCE_DIR) / "fuzz/corpus/studio")) {
    const auto bytes = read_file(entry.path());
    std::string text(bytes.begin(), bytes.end());
    const auto line = [&] {
      const auto end = text.find('\n');
      const std::string first = text.substr(0, end);
      text.erase(0, end + 1);
      return first;
    };
    Request request{.method = line(), .path = line(), .query = line(), .type = line()};
    request.body = text;
    const Reply reply = studio_->answer(request);
    EXPECT_TRUE(reply.status == 200 || reply.status == 404) << entry.path();
    ++seen;
  }
  EXPECT_GT(seen, 5U);
}

TEST_F(Requests, EditsBecomeTakes) {
  const std::string piece = opened();
  const Reply reply = ask(
      "POST", piece + "/takes/1/edit",
      R"({"changes": [{"change": "remove", "track": 0, "note": 1}, {"change": "change", "track": 0, "note": 2, "pitch": 70},
                              {"change": "add", "program": 40, "onset": 0, "duration": 960, "pitch": 72}]})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json take = json::parse(reply.body)["take"];
  EXPECT_EQ(take["parent"], 1);
  ASSERT_EQ(take["score"]["tracks"].size(), 2U);
  EXPECT_EQ(take["score"]["tracks"][0]["notes"].dump(), "[[0,480,60,64,0],[960,480,70,64,0]]");
  EXPECT_EQ(take["score"]["tracks"][1]["instrument"], "Violin");
}

TEST_F(Requests, TakesNeverChange) {
  const std::string piece = opened();
  const std::string before = ask("GET", piece + "/takes/1").body;
  ask("POST", piece + "/takes/1/edit", R"({"changes": [{"change": "remove", "track": 0, "note": 0}]})");
  ask("POST", piece + "/takes/1/edit", R"({"changes": [{"change": "remove", "track": 0, "note": 1}]})");
  EXPECT_EQ(ask("GET", piece + "/takes/1").body, before);
  const json tree = json::parse(ask("GET", piece).body)["piece"]["takes"];
  ASSERT_EQ(tree.size(), 3U);
  EXPECT_EQ(tree[2]["parent"], 1);
}

TEST_F(Requests, OtherMachinesNeedAToken) {
  EXPECT_THROW(Server(*studio_, {.host = "0.0.0.0"}), Error);
  const Server server(*studio_, {});
  EXPECT_GT(server.port(), 0);
  EXPECT_THROW(Server(*studio_, {.port = server.port()}), Error);
  EXPECT_NE(new_token(), new_token());
}

}  // namespace
}  // namespace continuo::studio
