// A look at a file before it is sent: what the server would refuse is said at once.

/** What the system picker was asked for; a name or a type that it does not know is left to the server. */
const fits = (file, kind) =>
  kind[0] === "." ? file.name.toLowerCase().endsWith(kind) : file.type.startsWith(kind.replace("*", ""));

/** Width and height of a picture that the browser can draw, upright; draws it into `picture`. */
export const sides = async (file, picture) => {
  if (!file.type.startsWith("image/")) return undefined;
  picture.src = URL.createObjectURL(file);
  try {
    await picture.decode();
  } catch {
    return undefined;
  }
  picture.hidden = false;
  return [picture.naturalWidth, picture.naturalHeight].sort((a, b) => b - a);
};

/** Key of the words and what they name, or nothing where nothing is wrong. */
export const wrong = async (file, input, held, picture) => {
  const { most, bytes, long, short } = JSON.parse(input.dataset.limits);
  const kinds = input.accept.split(",");
  if (held >= most) return ["most", { most }];
  if (!file.size) return ["empty"];
  if (file.type && !kinds.some((kind) => fits(file, kind))) {
    return ["kind", { kinds: kinds.filter((kind) => kind[0] === ".").join(" ") || kinds }];
  }
  if (file.size > bytes) return ["large", { most: bytes / 1e6, found: file.size / 1e6 }];
  const found = await sides(file, picture);
  if (!found) return undefined;
  for (const [name, side, [least, most]] of [["long", found[0], long], ["short", found[1], short]]) {
    if (side < least) return [`${name}-below`, { found: side, least }];
    if (most && side > most) return [`${name}-above`, { found: side, most }];
  }
};
