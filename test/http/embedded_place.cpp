#include "test/contract/temporary_folder.h"
#include "test/http/node_place.h"

namespace firstcome::test {
namespace {

class EmbeddedPlace : public NodePlace {
 public:
  [[nodiscard]] app::DataPlace place() const override { return app::Folder{folder_.file("data")}; }
  [[nodiscard]] app::DataPlan plan() const override { return {}; }

 private:
  TemporaryFolder folder_;
};

}  // namespace

std::unique_ptr<NodePlace> NodePlace::make() { return std::make_unique<EmbeddedPlace>(); }

}  // namespace firstcome::test
