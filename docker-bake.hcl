# The image for both architectures, with provenance and an SBOM:
#   REVISION=$(git rev-parse HEAD) CREATED=$(git log -1 --format=%cI) docker buildx bake --push
variable "IMAGE" {
  default = "flamegate"
}

variable "VERSION" {
  default = "0.1.0"
}

variable "REVISION" {
  default = ""
}

variable "CREATED" {
  default = ""
}

group "default" {
  targets = ["gateway"]
}

target "gateway" {
  context    = "."
  target     = "gateway"
  platforms  = ["linux/amd64", "linux/arm64"]
  tags       = ["${IMAGE}:${VERSION}"]
  args       = { REVISION = REVISION, CREATED = CREATED }
  attest     = ["type=provenance,mode=max", "type=sbom"]
}

target "app" {
  context   = "."
  target    = "app"
  platforms = ["linux/amd64", "linux/arm64"]
  tags      = ["${IMAGE}-app:${VERSION}"]
}
