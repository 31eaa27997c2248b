#!/bin/sh
# Takes out of node_modules what this machine cannot run: ONNX Runtime's libraries for other systems.
# With a version as argument, first puts onnxruntime-node and onnxruntime-common of that version in place of the locked
# ones: a binding built for a JetPack must meet the JavaScript of its own version.
# Usage: scripts/lean-node-modules.sh [ONNXRUNTIME_VERSION]      (in the folder that holds node_modules)
set -eu
wanted=${1:-}
runtime=node_modules/onnxruntime-node
case "$(uname -m)" in
  aarch64) arch=arm64 ;;
  x86_64) arch=x64 ;;
  *) echo "Error: no ONNX Runtime for $(uname -m)" >&2; echo "Try: an x86-64 or arm64 machine" >&2; exit 3 ;;
esac
version_of() { sed -n 's/^ *"version": "\([^"]*\)".*/\1/p' "node_modules/$1/package.json" | head -n 1; }

for name in onnxruntime-node onnxruntime-common; do
  [ -n "$wanted" ] && [ "$(version_of "$name")" != "$wanted" ] || continue
  archive=$(npm pack --silent --ignore-scripts "$name@$wanted")
  rm -rf "node_modules/$name"
  mkdir "node_modules/$name"
  tar -xzf "$archive" --strip-components=1 -C "node_modules/$name"
  rm "$archive"
done

for platform in "$runtime"/bin/napi-v6/*; do
  [ "$(basename "$platform")" = linux ] || rm -rf "$platform"
done
for built in "$runtime"/bin/napi-v6/linux/*; do
  [ "$(basename "$built")" = "$arch" ] || rm -rf "$built"
done
[ -f "$runtime/bin/napi-v6/linux/$arch/onnxruntime_binding.node" ] || {
  echo "Error: onnxruntime-node $(version_of onnxruntime-node) has no binding for linux/$arch where it was looked for" >&2
  echo "Try: a version whose bindings lie in bin/napi-v6 (1.22 or newer)" >&2
  exit 1
}
