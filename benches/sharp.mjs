// The best that is known with sharp: decoded once, shrunk in steps. Arguments: picture, folder.
import sharp from 'sharp';

sharp.concurrency(1);
const [picture, folder] = process.argv.slice(2);
let step = sharp(picture).autoOrient().toColourspace('srgb');
let raw;
for (const side of [1600, 800, 320]) {
  const { data, info } = await step
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  raw = { width: info.width, height: info.height, channels: info.channels };
  await sharp(data, { raw }).webp({ quality: 80, effort: 4 }).toFile(`${folder}/${side}.webp`);
  await sharp(data, { raw }).jpeg({ quality: 80 }).toFile(`${folder}/${side}.jpeg`);
  step = sharp(data, { raw });
}
