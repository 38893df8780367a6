//! Gives the build Tauri's configuration. Capabilities lie beside the sources.

fn main() {
    // The window's pages are built into the binary; a macro's panic would be all that tells of their absence.
    println!("cargo::rerun-if-changed=ui/dist/index.html");
    if !std::path::Path::new("ui/dist/index.html").exists() {
        println!(
            "cargo::error=the front end is not built yet: run `make ui/dist/index.html` first (Node 20 or newer), or `make demo`"
        );
        return;
    }
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*.json");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
